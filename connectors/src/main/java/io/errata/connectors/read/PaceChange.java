package io.errata.connectors.read;

import org.apache.flink.api.connector.source.SourceEvent;

/** Tells a reader its share of the rate. */
record PaceChange(double rows, double bytes) implements SourceEvent {
  private static final long serialVersionUID = 1;

  static PaceChange to(ReadPace.Share share) {
    return new PaceChange(share.rows(), share.bytes());
  }

  ReadPace.Share share() {
    return new ReadPace.Share(rows, bytes);
  }
}
