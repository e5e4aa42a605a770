import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApi, MqttSettings } from '../src';
import './page.css';

// The page lies where the API serves it, the routes below.
const api = createApi({ baseUrl: new URL('api/v1/settings/mqtt', document.baseURI).href });

const texts = {
  reasons: {
    forbidden: 'This browser is not let in any more. Open the whole address that the program printed, with its token.',
  },
};

const place = document.getElementById('page');
if (!place) throw new Error('the page has no element "page"');
createRoot(place).render(
  <StrictMode>
    <h1>MQTT settings</h1>
    <MqttSettings api={api} texts={texts} />
  </StrictMode>,
);
