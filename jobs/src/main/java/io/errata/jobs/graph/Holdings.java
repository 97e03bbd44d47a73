package io.errata.jobs.graph;

import io.errata.connectors.event.SplitReceipt;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was found of Kafka and the archive, by all tasks.
 *
 * @param hours by hours since 1970-01-01T00:00:00Z, as far as an event lies in them
 * @param duplicatesInArchive copies beyond the first of each id
 * @param duplicatesInKafka the same
 * @param receipts of all splits
 */
public record Holdings(
    Map<Long, HourHoldings> hours,
    long duplicatesInArchive,
    long duplicatesInKafka,
    List<SplitReceipt> receipts)
    implements Serializable {
  static final Holdings NONE = new Holdings(Map.of(), 0, 0, List.of());

  public Holdings {
    hours = new TreeMap<>(hours);
    receipts = new ArrayList<>(receipts);
  }

  Holdings and(Holdings other) {
    Map<Long, HourHoldings> all = new TreeMap<>(hours);
    other.hours.forEach((hour, holdings) -> all.merge(hour, holdings, HourHoldings::and));
    List<SplitReceipt> both = new ArrayList<>(receipts);
    both.addAll(other.receipts);
    return new Holdings(
        all,
        duplicatesInArchive + other.duplicatesInArchive,
        duplicatesInKafka + other.duplicatesInKafka,
        both);
  }
}
