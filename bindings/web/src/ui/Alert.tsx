import type { ReactNode } from 'react';
import styles from './ui.module.css';

export type Tone = 'good' | 'info' | 'warning' | 'bad';

interface Props {
  tone: Tone;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** A box that says something; whether it is announced is up to where it stands. */
export function Alert({ tone, title, children, action }: Props) {
  return (
    <div className={`${styles.alert} ${styles[tone]}`}>
      <div className={styles.alertText}>
        {title && <p className={styles.alertTitle}>{title}</p>}
        {children}
      </div>
      {action}
    </div>
  );
}
