import classes from './http-view.module.css';
import { UserText } from './user-text.tsx';

/** A value as indented JSON. */
export function Json({ value }: { value: unknown }) {
  return <Code text={JSON.stringify(value, null, 2) ?? 'undefined'} label="JSON" />;
}

interface HttpProps {
  /** First line: `POST https://…` or `204 No Content`. */
  head: string;
  headers?: Record<string, string | string[]> | [string, string][];
  /** Forms are shown a field a line, JSON indented, the rest as it is. */
  body?: string | null;
}

/** A request or an answer as it went over the wire. */
export function Http({ head, headers = {}, body }: HttpProps) {
  const list = Array.isArray(headers) ? headers : Object.entries(headers);
  const type = list.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return (
    <div className={classes.http}>
      <p className={classes.head}>
        <UserText>{head}</UserText>
      </p>
      {list.length > 0 && (
        <dl className={classes.fields}>
          {list.map(([name, value]) => (
            <div key={`${name} ${String(value)}`}>
              <dt>
                <UserText>{name}</UserText>
              </dt>
              <dd>
                <UserText>{Array.isArray(value) ? value.join(', ') : value}</UserText>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {body ? <Body body={body} type={String(type)} /> : <p className="muted">No body</p>}
    </div>
  );
}

function Body({ body, type }: { body: string; type: string }) {
  if (type.includes('x-www-form-urlencoded')) {
    return (
      <dl className={classes.fields} aria-label="Form fields">
        {[...new URLSearchParams(body)].map(([name, value]) => (
          <div key={`${name} ${value}`}>
            <dt>
              <UserText>{name}</UserText>
            </dt>
            <dd>
              <UserText>{value}</UserText>
            </dd>
          </div>
        ))}
      </dl>
    );
  }
  return <Code text={type.includes('json') ? indented(body) : body} label="Body" />;
}

function Code({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, by keyboard too
    <section className={classes.code} tabIndex={0} aria-label={label}>
      <pre>
        <UserText>{text}</UserText>
      </pre>
    </section>
  );
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // It says it is JSON and is not: worth seeing as it came.
    return body;
  }
}
