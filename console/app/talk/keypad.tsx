import { Button } from '../ui/parts.tsx';

const keys = [...'123456789*0#'];

export function Keypad({ press, disabled }: { press: (key: string) => void; disabled: boolean }) {
  return (
    <div className="keypad">
      {keys.map((key) => (
        <Button key={key} aria-label={`Key ${key}`} disabled={disabled} onClick={() => press(key)}>
          {key}
        </Button>
      ))}
    </div>
  );
}
