import type { BrokerCertificate } from '../api/contract';
import { useFormContent } from '../form/FormContext';
import { focusField } from '../form/focus';
import { useTexts } from '../texts/TextsContext';
import { Button } from '../ui/Button';
import { Folded } from '../ui/Folded';
import styles from './test.module.css';

const FINGERPRINT = 'tls_fingerprint';

interface Props {
  certificate: BrokerCertificate;
  /** Whether it was refused, so that one wants to look at it. */
  refused: boolean;
}

/** The certificate that the broker showed, and how to take it for the right one. */
export function Certificate({ certificate, refused }: Props) {
  const texts = useTexts();
  const { editor, properties } = useFormContent();
  const words = texts.test.certificate;
  const rows = [
    [words.subject, certificate.subject],
    [words.issuer, certificate.is_self_signed ? words.selfSigned : certificate.issuer],
    [words.valid, words.validFromTo(certificate.valid_from, certificate.valid_until)],
    [words.fingerprint, certificate.fingerprint],
  ].filter(([, value]) => value);

  function accept(): void {
    editor.form.setValue(FINGERPRINT, certificate.fingerprint, { shouldTouch: true, shouldValidate: true });
    focusField(FINGERPRINT);
  }

  return (
    <Folded title={words.title} open={refused}>
      <dl className={styles.certificate}>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {refused && properties.has(FINGERPRINT) && (
        <>
          <p className={styles.detail}>{words.acceptHelp}</p>
          <Button onClick={accept}>{words.accept}</Button>
        </>
      )}
    </Folded>
  );
}
