import type { ReactNode } from 'react';
import 'argus-mqtt-settings/style.css';

export const metadata = { title: 'Settings' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
