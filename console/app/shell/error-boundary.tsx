import { Component, type ReactNode } from 'react';
import { Trouble } from '../ui/parts.tsx';

interface State {
  readonly error: unknown;
}

/** A page that fails leaves the others alone. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    // A part of the console that is not there any more: a newer one is served.
    const outdated = /dynamically imported module|Importing a module/i.test(String(this.state.error));
    return (
      <Trouble error={outdated ? new Error('A newer console is there.') : this.state.error} retry={() => location.reload()} />
    );
  }
}
