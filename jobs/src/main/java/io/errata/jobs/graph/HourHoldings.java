package io.errata.jobs.graph;

import io.errata.state.digest.SetDigest;
import java.io.Serializable;

/**
 * What Kafka and the archive hold of one hour of event time.
 *
 * @param archive the events of the archive, each id once
 * @param kafka those of Kafka
 * @param onlyInArchive ids that Kafka doesn't have
 * @param onlyInKafka ids that the archive doesn't have
 * @param different ids that both have with other contents, or that have several contents in one
 */
public record HourHoldings(
    SetDigest archive, SetDigest kafka, long onlyInArchive, long onlyInKafka, long different)
    implements Serializable {
  static final HourHoldings NONE = new HourHoldings(SetDigest.EMPTY, SetDigest.EMPTY, 0, 0, 0);

  HourHoldings and(HourHoldings other) {
    return new HourHoldings(
        archive.combine(other.archive),
        kafka.combine(other.kafka),
        onlyInArchive + other.onlyInArchive,
        onlyInKafka + other.onlyInKafka,
        different + other.different);
  }

  /** Whether both hold the same. */
  public boolean isSame() {
    return archive.equals(kafka) && onlyInArchive == 0 && onlyInKafka == 0 && different == 0;
  }
}
