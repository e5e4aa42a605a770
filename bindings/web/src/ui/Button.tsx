import type { ButtonHTMLAttributes } from 'react';
import styles from './ui.module.css';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'primary' | 'secondary' | 'link';
  /** Presses do nothing for now; the focus stays where it is, which `disabled` would take away. */
  inactive?: boolean;
}

export function Button({ look = 'secondary', inactive = false, onClick, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      className={`${styles.button} ${styles[look]}`}
      aria-disabled={inactive || undefined}
      onClick={inactive ? (event) => event.preventDefault() : onClick}
    />
  );
}
