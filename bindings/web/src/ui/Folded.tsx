import type { ReactNode } from 'react';
import styles from './ui.module.css';

interface Props {
  title: string;
  /** Whether it starts unfolded. */
  open?: boolean;
  children: ReactNode;
}

export function Folded({ title, open = false, children }: Props) {
  return (
    <details className={styles.folded} open={open}>
      <summary className={styles.summary}>{title}</summary>
      <div className={styles.foldedContent}>{children}</div>
    </details>
  );
}
