import { isLoggedOut } from '../api/problem';
import type { SavingNews } from '../hooks/useSaving';
import type { Notice } from '../notices';
import type { Texts } from './english';
import { reasonOf } from './reasons';

/** What to say of a save; `null` where the page shows it in another way. */
export function savingNotice(news: SavingNews, texts: Texts): Notice | null {
  const words = texts.save;
  switch (news.kind) {
    case 'saved':
      return { kind: 'success', text: news.enabled ? words.done : words.doneOff };
    case 'unknown':
      return { kind: 'error', text: words.unreachable };
    case 'was_saved':
      return { kind: 'success', text: words.wasSaved };
    case 'was_not_saved':
      return { kind: 'error', text: words.wasNotSaved };
    case 'invalid':
      return { kind: 'error', text: texts.form.faults(Math.max(1, news.faults.length)) };
    case 'changed':
      return { kind: 'info', text: texts.others.changed };
    case 'failed': {
      const text = words.failed(reasonOf(news.problem, texts));
      return { kind: 'error', text: isLoggedOut(news.problem) ? `${text} ${words.kept}` : text };
    }
  }
}
