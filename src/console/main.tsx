/** The console: what the browser runs first. */
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './app/theme.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from './api/query.ts';
import { Gate } from './app/gate.tsx';
import { listenToKeys } from './app/keys.ts';
import { cssVariables, theme } from './app/theme.ts';

// A page whose file is gone belongs to a server that has been replaced: its new self has the new files.
window.addEventListener('vite:preloadError', () => {
  const reloadedAt = Number(sessionStorage.getItem('pidge.reloaded'));
  sessionStorage.setItem('pidge.reloaded', String(Date.now()));
  if (Date.now() - reloadedAt > 10_000) location.reload();
});
listenToKeys();

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" limit={3} />
        <Gate />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
