import { MqttSettings } from 'argus-mqtt-settings';

/** A component of the server, which renders the page on the server first. */
export default function Page() {
  return (
    <main>
      <h1>Settings</h1>
      <MqttSettings headingLevel={2} texts={{ locale: 'en' }} />
    </main>
  );
}
