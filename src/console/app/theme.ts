/** Mantine under our colours: the page and the statuses have theirs in theme.css, which rules both schemes. */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Around the link colours of the design: shade 7 on white and shade 3 on the dark page pass 4.5:1. */
const BLUE: MantineColorsTuple = [
  '#eaf2ff',
  '#d3e3fb',
  '#a9c9fb',
  '#7fb2ff',
  '#5596ec',
  '#3a80da',
  '#2a6dcc',
  '#1f5fbf',
  '#194f9f',
  '#12407f',
];

/** The dark page and what lies on it, in place of Mantine's greys. */
const DARK: MantineColorsTuple = [
  '#e8ebf0',
  '#c3cbd6',
  '#9ba5b4',
  '#6b7685',
  '#4a5462',
  '#2c333d',
  '#1a1e25',
  '#12151a',
  '#0e1115',
  '#0a0c10',
];

export const theme = createTheme({
  colors: { blue: BLUE, dark: DARK },
  primaryColor: 'blue',
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 6,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '18px' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '16px' }, h3: { fontSize: '14px' } },
  },
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    // Of drawers, dialogs and notices: a cross alone has no name.
    CloseButton: { defaultProps: { 'aria-label': 'Close' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm' } },
    Modal: { defaultProps: { centered: true, transitionProps: { duration: 0 } } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 0 } } },
    Popover: { defaultProps: { shadow: 'md', transitionProps: { duration: 0 } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
  },
});

const MAPPED = {
  '--mantine-color-body': 'var(--page)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--muted)',
  '--mantine-color-placeholder': 'var(--muted)',
  '--mantine-color-anchor': 'var(--link)',
  '--mantine-color-default': 'var(--page)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-border': 'var(--border)',
  '--mantine-color-gray-light-color': 'var(--ink)',
  '--mantine-color-gray-light-hover': 'var(--hover)',
  '--mantine-color-error': 'var(--bad)',
  // Words of buttons without a frame: Mantine's own are nearly white on a dark page, whatever their colour.
  '--mantine-color-red-light-color': 'var(--bad)',
  '--mantine-color-blue-light-color': 'var(--link)',
};

/** The page's link colour is too light under white words: what is filled with the primary colour is darker. */
const DARK_FILLED = {
  '--mantine-primary-color-filled': '#2a6dcc',
  '--mantine-primary-color-filled-hover': '#1f5fbf',
  '--mantine-color-blue-filled': '#2a6dcc',
  '--mantine-color-blue-filled-hover': '#1f5fbf',
};

/** Mantine's own variables, taken from ours. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: MAPPED,
  dark: { ...MAPPED, ...DARK_FILLED },
});
