package io.errata.jobs.plan;

import io.errata.connectors.Gap;
import io.errata.connectors.Window;
import io.errata.state.digest.SetDigest;
import java.time.Instant;
import java.util.List;

/**
 * Whether Kafka and the archive hold the same events of a window.
 *
 * @param window as it was read: whole buckets
 * @param archive what the archive holds
 * @param kafka what Kafka holds
 * @param gaps what either of them lacks, as far as that is known
 * @param hours how many hours of event time have events in one of them
 * @param differences of these, those that differ, by time
 */
public record EventComparison(
    Window window, Side archive, Side kafka, List<Gap> gaps, long hours, List<Hour> differences) {
  public EventComparison {
    gaps = List.copyOf(gaps);
    differences = List.copyOf(differences);
  }

  /**
   * One of the two.
   *
   * @param name of the source
   * @param read rows or records decoded
   * @param filtered events of the window that the filter leaves out
   * @param rejected events that can't be decoded, and so not compared
   * @param duplicates copies beyond the first of each id
   * @param events what is left, with the digest of all
   */
  public record Side(
      String name, long read, long filtered, long rejected, long duplicates, SetDigest events) {}

  /**
   * An hour that differs.
   *
   * @param start of the hour, UTC
   * @param archive events of the archive
   * @param kafka events of Kafka
   * @param onlyInArchive ids that Kafka doesn't have
   * @param onlyInKafka ids that the archive doesn't have
   * @param different ids with other contents
   */
  public record Hour(
      Instant start,
      SetDigest archive,
      SetDigest kafka,
      long onlyInArchive,
      long onlyInKafka,
      long different) {}

  /** Whether it is proved that both hold the same: nothing missing, nothing that can't be read. */
  public boolean isSame() {
    return gaps.isEmpty()
        && differences.isEmpty()
        && archive.rejected() == 0
        && kafka.rejected() == 0;
  }
}
