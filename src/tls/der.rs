//! The few fields of a certificate that webpki gives no access to (RFC 5280, section 4.1): its names, dates and key.
//!
//! Reads what a broker sends, before anything is known of it: nothing here panics, and the fuzzer tries it.

use crate::calendar::days;

/// Some fields of an X.509 certificate, of any version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fields<'a> {
    /// Seconds since 1970, as is the next.
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    /// Names: see [`name_parts`].
    pub(crate) issuer: &'a [u8],
    pub(crate) subject: &'a [u8],
    /// The whole SubjectPublicKeyInfo.
    pub(crate) key_info: &'a [u8],
    /// What is in the AlgorithmIdentifier of the key.
    pub(crate) key_algorithm: &'a [u8],
    pub(crate) key: &'a [u8],
    /// The list of extensions, where there are any.
    pub(crate) extensions: Option<&'a [u8]>,
}

impl Fields<'_> {
    /// Whether its issuer has the name of its subject.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// The size of its key, if that is RSA.
    pub(crate) fn rsa_bits(&self) -> Option<usize> {
        if Reader(self.key_algorithm).value(OBJECT_IDENTIFIER)? != RSA_ENCRYPTION {
            return None;
        }
        let modulus = Reader(Reader(self.key).value(SEQUENCE)?).value(INTEGER)?;
        let leading = modulus.iter().position(|byte| *byte != 0)?;
        let bits = (modulus.len() - leading) * 8;
        Some(bits - modulus[leading].leading_zeros() as usize)
    }
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// The version, which stands there in version 2 and 3.
const VERSION: u8 = 0xA0;
const EXTENSIONS: u8 = 0xA3;
/// rsaEncryption (RFC 8017, appendix A.1).
const RSA_ENCRYPTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
/// id-ce-subjectAltName (RFC 5280, section 4.2.1.6), and the kinds of names in it that are hosts.
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1D, 0x11];
pub(crate) const DNS_NAME: u8 = 0x82;
pub(crate) const URI: u8 = 0x86;
pub(crate) const IP_ADDRESS: u8 = 0x87;

/// The fields, or `None` where the bytes are not a certificate.
pub(crate) fn read(certificate: &[u8]) -> Option<Fields<'_>> {
    let mut outer = Reader(certificate);
    let mut signed = Reader(outer.value(SEQUENCE)?);
    let mut fields = Reader(signed.value(SEQUENCE)?);
    if fields.0.first() == Some(&VERSION) {
        fields.value(VERSION)?;
    }
    fields.value(INTEGER)?;
    fields.value(SEQUENCE)?;
    let issuer = fields.value(SEQUENCE)?;
    let mut validity = Reader(fields.value(SEQUENCE)?);
    let subject = fields.value(SEQUENCE)?;
    let (key_info, inside) = fields.element(SEQUENCE)?;
    let mut inside = Reader(inside);
    let key_algorithm = inside.value(SEQUENCE)?;
    // The first byte says how many bits of the last byte are not used: keys use all.
    let (0, key) = inside.value(BIT_STRING)?.split_first()? else {
        return None;
    };
    Some(Fields {
        not_before: validity.time()?,
        not_after: validity.time()?,
        issuer,
        subject,
        key_info,
        key_algorithm,
        key,
        extensions: fields.extensions(),
    })
}

/// The parts of a name, such as `CN=broker`: the object identifier of each, and its text.
pub(crate) fn name_parts(name: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut sets = Reader(name);
    std::iter::from_fn(move || Reader(sets.value(SET)?).value(SEQUENCE)).map_while(|part| {
        let mut part = Reader(part);
        let kind = part.value(OBJECT_IDENTIFIER)?;
        Some((kind, part.any()?.1))
    })
}

/// The names of hosts, and others, in the extensions of a certificate: the kind of each, and its bytes.
pub(crate) fn alternative_names(extensions: &[u8]) -> Option<impl Iterator<Item = (u8, &[u8])>> {
    let mut all = Reader(extensions);
    let names = loop {
        let mut extension = Reader(all.value(SEQUENCE)?);
        if extension.value(OBJECT_IDENTIFIER)? != SUBJECT_ALTERNATIVE_NAME {
            continue;
        }
        // Whether it is critical may stand between.
        let (mut tag, mut content) = extension.any()?;
        if tag != OCTET_STRING {
            (tag, content) = extension.any()?;
        }
        break (tag == OCTET_STRING).then_some(content)?;
    };
    let mut names = Reader(Reader(names).value(SEQUENCE)?);
    Some(std::iter::from_fn(move || names.any()))
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The content of the next element, which must have this tag.
    fn value(&mut self, tag: u8) -> Option<&'a [u8]> {
        Some(self.element(tag)?.1)
    }

    /// The tag and the content of the next element.
    fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let tag = *self.0.first()?;
        Some((tag, self.value(tag)?))
    }

    /// The list of extensions, which stands last and may have unique identifiers before it.
    fn extensions(&mut self) -> Option<&'a [u8]> {
        loop {
            let (tag, content) = self.any()?;
            if tag == EXTENSIONS {
                return Reader(content).value(SEQUENCE);
            }
        }
    }

    /// The next element, whole, and its content.
    fn element(&mut self, tag: u8) -> Option<(&'a [u8], &'a [u8])> {
        let (&found, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        // Below 128 the length itself, else the number of bytes that it takes. Three bytes make 16 MiB, which is the
        // most that a handshake message holds.
        let (length, rest) = match first {
            0..=0x7F => (usize::from(first), rest),
            0x81..=0x83 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
                let length = bytes
                    .iter()
                    .fold(0, |length, byte| length << 8 | usize::from(*byte));
                (length, rest)
            }
            _ => return None,
        };
        let (content, after) = rest.split_at_checked(length)?;
        let whole = &self.0[..self.0.len() - after.len()];
        self.0 = after;
        (found == tag).then_some((whole, content))
    }

    /// Seconds since 1970 of a time in UTC, which ends in Z.
    fn time(&mut self) -> Option<i64> {
        let tag = *self.0.first()?;
        let text = self.value(tag)?;
        let (year, rest) = match tag {
            UTC_TIME => {
                let (year, rest) = number(text, 2)?;
                (if year < 50 { 2000 + year } else { 1900 + year }, rest)
            }
            GENERALIZED_TIME => number(text, 4)?,
            _ => return None,
        };
        let (month, rest) = number(rest, 2)?;
        let (day, rest) = number(rest, 2)?;
        let (hour, rest) = number(rest, 2)?;
        let (minute, rest) = number(rest, 2)?;
        let (second, rest) = number(rest, 2)?;
        let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
        let is_time = hour < 24 && minute < 60 && second < 60;
        (is_date && is_time && rest == b"Z")
            .then(|| ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
    }
}

/// The number that so many digits make, and what follows them.
fn number(text: &[u8], digits: usize) -> Option<(i64, &[u8])> {
    let (number, rest) = text.split_at_checked(digits)?;
    let number = number.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + i64::from(digit - b'0'))
    })?;
    Some((number, rest))
}
