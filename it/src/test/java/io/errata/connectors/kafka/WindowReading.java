package io.errata.connectors.kafka;

import io.errata.connectors.Gap;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.event.SplitReceipt.Offsets;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitCursor;
import io.errata.connectors.read.SplitOpener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * What a window of Kafka gives when one reader reads all of it.
 *
 * @param ids of its events, in the order in which they came
 * @param receipts of its splits
 * @param gaps after the read
 */
record WindowReading(
    List<String> ids, List<SplitReceipt> receipts, List<Gap> gaps, List<String> warnings) {
  static WindowReading of(KafkaWindow window) throws IOException {
    return of(window, ReadPace.unlimited(), read -> {});
  }

  /**
   * Reads.
   *
   * @param behindEach called with the number of events that came so far, behind each
   */
  static WindowReading of(KafkaWindow window, ReadPace pace, IntConsumer behindEach)
      throws IOException {
    List<String> ids = new ArrayList<>();
    List<SplitReceipt> receipts = new ArrayList<>();
    try (SplitOpener.Session session = window.opener().session()) {
      for (ReadSplit split : window.splits()) {
        try (SplitCursor cursor = session.open(split)) {
          cursor.pace(pace);
          for (SourceRecord next = cursor.next(); next != null; next = cursor.next()) {
            if (next instanceof EventRecord event) {
              ids.add(event.knownId().orElse("?"));
              behindEach.accept(ids.size());
            } else if (next instanceof SplitReceipt receipt) {
              receipts.add(receipt);
            }
          }
        }
      }
    }
    return new WindowReading(ids, receipts, window.confirm(receipts), window.warnings(receipts));
  }

  /** The one gap's text, with the partition before it. */
  String gap() {
    if (gaps.size() != 1) {
      throw new AssertionError("not one gap: " + gaps);
    }
    return gaps.get(0).input() + ": " + gaps.get(0).reason();
  }

  long vacant() {
    return receipts.stream()
        .map(SplitReceipt::offsets)
        .filter(Objects::nonNull)
        .mapToLong(Offsets::vacant)
        .sum();
  }

  long inSlack() {
    return receipts.stream()
        .map(SplitReceipt::offsets)
        .filter(Objects::nonNull)
        .mapToLong(Offsets::inSlack)
        .sum();
  }
}
