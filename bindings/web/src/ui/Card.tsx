import { type ReactNode, useId } from 'react';
import { useHeading } from './HeadingLevel';
import styles from './ui.module.css';

interface Props {
  title: string;
  about?: string;
  children: ReactNode;
}

export function Card({ title, about, children }: Props) {
  const id = useId();
  const Heading = useHeading();
  return (
    <section className={styles.card} aria-labelledby={id}>
      <header className={styles.cardHeader}>
        <Heading id={id} className={styles.cardTitle}>
          {title}
        </Heading>
        {about && <p className={styles.muted}>{about}</p>}
      </header>
      {children}
    </section>
  );
}
