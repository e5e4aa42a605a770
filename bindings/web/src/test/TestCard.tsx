import { useEffect, useRef } from 'react';
import type { ConnectionReport } from '../api/contract';
import type { ApiProblem } from '../api/problem';
import { Prose } from '../form/Prose';
import { reasonOf } from '../texts/reasons';
import { useTexts } from '../texts/TextsContext';
import { duration, sentence, shortDuration } from '../texts/words';
import { Alert } from '../ui/Alert';
import { Card } from '../ui/Card';
import { Folded } from '../ui/Folded';
import uiStyles from '../ui/ui.module.css';
import { Certificate } from './Certificate';
import { Steps } from './Steps';

export type TestState =
  | { kind: 'running' }
  | { kind: 'done'; report: ConnectionReport; outdated: boolean }
  | { kind: 'failed'; problem: ApiProblem };

/** What the test of a connection found: step by step, with times, and with cause and remedy where it failed. */
export function TestCard({ state }: { state: TestState }) {
  const texts = useTexts();
  const result = useRef<HTMLDivElement>(null);
  const { kind } = state;
  useEffect(() => {
    // On a narrow screen the result is far from the button.
    if (kind) result.current?.scrollIntoView({ block: 'nearest' });
  }, [kind]);
  return (
    <Card title={texts.test.title}>
      <div ref={result} role="status" aria-busy={kind === 'running'}>
        {kind === 'running' && <p className={uiStyles.muted}>{texts.test.running}</p>}
        {kind === 'failed' && <Failed problem={state.problem} />}
        {kind === 'done' && <Summary report={state.report} outdated={state.outdated} />}
      </div>
      {kind === 'done' && <Report report={state.report} />}
    </Card>
  );
}

function Failed({ problem }: { problem: ApiProblem }) {
  const texts = useTexts();
  if (problem.kind === 'invalid') {
    return (
      <Alert tone="warning" title={texts.test.faults}>
        <ul>
          {problem.faults.map((fault) => (
            <li key={fault.field + fault.message}>
              <Prose text={`${fault.field}`} linked />
              {': '}
              <Prose text={fault.message} />
            </li>
          ))}
        </ul>
      </Alert>
    );
  }
  if (problem.kind === 'busy') {
    const seconds = problem.retryAfterSeconds;
    return (
      <Alert
        tone="warning"
        title={seconds === null ? texts.test.busy : texts.test.busyFor(duration(seconds, texts.locale))}
      />
    );
  }
  return <Alert tone="bad" title={texts.test.failed(reasonOf(problem, texts))} />;
}

function Summary({ report, outdated }: { report: ConnectionReport; outdated: boolean }) {
  const texts = useTexts();
  return (
    <Alert tone={report.works ? 'good' : 'bad'} title={report.works ? texts.test.works : texts.test.fails}>
      {report.cause && (
        <p>
          <strong>{texts.test.cause}:</strong> <Prose text={`${sentence(report.cause)}.`} />
        </p>
      )}
      {report.remedy && (
        <p>
          <strong>{texts.test.remedy}:</strong> <Prose text={`${sentence(report.remedy)}.`} linked />
        </p>
      )}
      {outdated && <p>{texts.test.outdated}</p>}
    </Alert>
  );
}

function Report({ report }: { report: ConnectionReport }) {
  const texts = useTexts();
  const isRefused = report.steps.some(({ step, result }) => step === 'tls' && result === 'failed');
  const certificate = report.certificate && <Certificate certificate={report.certificate} refused={isRefused} />;
  return (
    <>
      {isRefused && certificate}
      <Steps steps={report.steps} />
      <p className={uiStyles.muted}>
        {texts.test.asTyped} {texts.test.total(shortDuration(report.seconds, texts.locale))}
      </p>
      {!isRefused && certificate}
      {report.proves.length > 0 && <Sentences title={texts.test.proves} sentences={report.proves} />}
      {report.does_not_prove.length > 0 && (
        <Sentences title={texts.test.doesNotProve} sentences={report.does_not_prove} />
      )}
    </>
  );
}

function Sentences({ title, sentences }: { title: string; sentences: string[] }) {
  return (
    <Folded title={title}>
      <ul className={uiStyles.list}>
        {sentences.map((text) => (
          <li key={text}>
            <Prose text={sentence(text)} />
          </li>
        ))}
      </ul>
    </Folded>
  );
}
