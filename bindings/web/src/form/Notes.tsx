import { useTexts } from '../texts/TextsContext';
import { sentence } from '../texts/words';
import { Alert } from '../ui/Alert';
import { Prose } from './Prose';

/** What the library allows, and finds worth knowing. */
export function Notes({ notes }: { notes: string[] }) {
  const texts = useTexts();
  if (notes.length === 0) return null;
  return (
    <Alert tone="info" title={texts.form.notes}>
      <ul>
        {notes.map((note) => (
          <li key={note}>
            <Prose text={sentence(note)} linked />
          </li>
        ))}
      </ul>
    </Alert>
  );
}
