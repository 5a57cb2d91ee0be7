/** The message ids that were sent to one topic lately; a window of 0 ms remembers none. */
export class DuplicateWindow {
  private readonly seen = new Map<string, number>();

  constructor(public windowMs: number) {}

  /** Notes the id and says true, or says false when it was already noted within the window. */
  admit(messageId: string, nowMs: number): boolean {
    if (this.windowMs === 0) return true;
    this.forgetBefore(nowMs - this.windowMs);
    if (this.seen.has(messageId)) return false;
    this.seen.set(messageId, nowMs);
    return true;
  }

  /** Takes back what `admit` noted, because the message was not stored after all. */
  retract(messageId: string): void {
    this.seen.delete(messageId);
  }

  private forgetBefore(momentMs: number): void {
    for (const [messageId, atMs] of this.seen) {
      if (atMs > momentMs) return;
      this.seen.delete(messageId);
    }
  }
}
