/** The product's mark: a voice. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--bot)" />
      <path d="M8 13v6M13 9v14M19 11v10M24 14v4" stroke="var(--on-bot)" strokeWidth="2.6" strokeLinecap="round" fill="none" />
    </svg>
  );
}
