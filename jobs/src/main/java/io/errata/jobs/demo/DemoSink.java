package io.errata.jobs.demo;

import java.io.Closeable;
import java.io.IOException;

/** Where the demo's events are delivered to. */
interface DemoSink extends Closeable {
  /**
   * Takes one delivery.
   *
   * @param arrival when it was delivered, in microseconds since 1970-01-01T00:00:00Z
   * @param lane which of the service's two ways it took, 0 or 1; a second delivery takes the other
   */
  void deliver(DemoEvent event, long arrival, int lane) throws IOException;

  /** What arrived before a time has all been delivered. */
  void endBefore(long micros) throws IOException;
}
