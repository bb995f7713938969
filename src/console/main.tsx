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
