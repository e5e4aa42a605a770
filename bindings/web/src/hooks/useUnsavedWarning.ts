import { useEffect, useEffectEvent, useRef } from 'react';

/**
 * Ask before the page is left while something is unsaved: the browser does when it is closed or another one loaded, and
 * this where the program around it shows another page by itself, after a link or the Back button.
 *
 * @param unsaved Whether something is.
 * @param question What is asked; `null` where the program around asks by itself.
 */
export function useUnsavedWarning(unsaved: boolean, question: string | null): void {
  // Who has agreed once is not asked by the browser again, until something else is typed.
  const agreed = useRef(false);
  const isStaying = useEffectEvent(() => {
    if (question === null) return false;
    agreed.current = window.confirm(question);
    return !agreed.current;
  });

  useEffect(() => {
    if (!unsaved) return;
    const controller = new AbortController();
    const { signal } = controller;
    agreed.current = false;

    const onUnload = (event: BeforeUnloadEvent) => {
      if (!agreed.current) event.preventDefault();
    };
    const onInput = () => {
      agreed.current = false;
    };
    // Before the program around sees it: a router that has begun to leave can't be stopped.
    const onClick = (event: MouseEvent) => {
      if (!leavesByLink(event) || !isStaying()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    const onNavigate = (event: Event) => {
      if (leavesByHistory(event) && !agreed.current && isStaying()) event.preventDefault();
    };
    window.addEventListener('beforeunload', onUnload, { signal });
    window.addEventListener('input', onInput, { signal });
    window.addEventListener('click', onClick, { signal, capture: true });
    navigation()?.addEventListener('navigate', onNavigate, { signal });
    return () => controller.abort();
  }, [unsaved]);
}

/** Whether a click follows a link to another page in this tab. */
function leavesByLink(event: MouseEvent): boolean {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null;
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  if ((link.target && link.target !== '_self') || link.hasAttribute('download')) return false;
  return /^https?:$/.test(link.protocol) && pageOf(link.href) !== pageOf(location.href);
}

/** What the Navigation API tells of a navigation; types of the DOM do not have it yet everywhere. */
interface NavigateEvent extends Event {
  navigationType: 'push' | 'replace' | 'reload' | 'traverse';
  destination: { url: string; sameDocument: boolean };
}

/** Whether the Back or Forward button leads to another page within this document. Browsers let only users be asked. */
function leavesByHistory(event: Event): boolean {
  const { navigationType, destination } = event as NavigateEvent;
  const isWithin = navigationType === 'traverse' && destination.sameDocument;
  return isWithin && event.cancelable && pageOf(destination.url) !== pageOf(location.href);
}

function navigation(): EventTarget | undefined {
  return 'navigation' in window ? (window.navigation as EventTarget) : undefined;
}

/** An address without the place on its page. */
function pageOf(address: string): string {
  return address.replace(/#.*/, '');
}
