/** What a filter looks at: the application properties and the system properties (`sys.`) of a message. */
export interface FilterSubject {
  /** Undefined when the message has no such application property; the name is compared without case. */
  property(name: string): unknown;
  /** Undefined when the message does not set it; the name is in lower case. */
  system(name: string): unknown;
}
