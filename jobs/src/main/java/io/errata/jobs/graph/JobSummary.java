package io.errata.jobs.graph;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.event.SplitReceipt;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.PlanFile;
import io.errata.state.plan.PlanManifest.EventCounts;
import io.errata.state.plan.PlanManifest.RowCounts;
import io.errata.state.plan.PlanStorage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;

/** What a job that has ended left in its staging folder. */
public final class JobSummary {
  static final String FILE = "summary.bin";

  private final Tally tally;
  private final List<SplitReceipt> receipts;
  private final List<Summary.Written> written;

  private JobSummary(Tally tally, List<SplitReceipt> receipts, List<Summary.Written> written) {
    this.tally = tally;
    this.receipts = receipts;
    this.written = written;
  }

  /** Whether a job has done its work: then what it left is whole. */
  public static boolean isThere(PlanStorage staging) {
    return staging.exists(FILE);
  }

  /**
   * Reads it.
   *
   * @throws ErrataException UNAVAILABLE where the file can't be read
   */
  public static JobSummary read(PlanStorage staging) {
    Tally tally = Tally.NONE;
    Map<String, SplitReceipt> receipts = new TreeMap<>();
    List<Summary.Written> written = new ArrayList<>();
    try (InputStream file = staging.read(FILE);
        DataInputViewStreamWrapper in = new DataInputViewStreamWrapper(file)) {
      SummaryCodec codec = new SummaryCodec();
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        Summary summary = codec.read(in);
        if (summary instanceof Summary.Counted counted) {
          tally = tally.plus(counted.tally());
        } else if (summary instanceof Summary.Received received) {
          receipts.put(received.receipt().split(), received.receipt());
        } else if (summary instanceof Summary.Written part) {
          written.add(part);
        }
      }
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot read what the job left in " + staging.location(),
          "Check that the folder is on a file system that all task managers share, and plan again.",
          e);
    }
    written.sort(Comparator.comparing(w -> w.file().path()));
    return new JobSummary(tally, List.copyOf(receipts.values()), written);
  }

  /** What the splits of the source gave, one for each split, in the order of their names. */
  public List<SplitReceipt> receipts() {
    return receipts;
  }

  /** What happened to the events. */
  public EventCounts events() {
    long read = 0;
    long inWindow = 0;
    long filtered = 0;
    long rejected = 0;
    for (SplitReceipt receipt : receipts) {
      read += receipt.read();
      inWindow += receipt.inWindow();
      filtered += receipt.filtered();
      rejected += receipt.rejected();
    }
    return new EventCounts(read, inWindow, filtered, tally.duplicates(), rejected, tally.used());
  }

  /** What was found, as the job counted it. */
  public RowCounts rows() {
    CorrectionCounts found = corrections();
    return new RowCounts(
        tally.recomputed(),
        tally.live(),
        tally.equal(),
        found.insert(),
        found.update(),
        found.delete(),
        tally.quarantined());
  }

  /** Corrections by kind. */
  public CorrectionCounts corrections() {
    CorrectionCounts counts = CorrectionCounts.NONE;
    for (Summary.Written file : written) {
      counts = counts.plus(file.counts());
    }
    return counts;
  }

  /** The digest of the set of corrections. */
  public SetDigest correctionSet() {
    SetDigest digest = SetDigest.EMPTY;
    for (Summary.Written file : written) {
      digest = digest.combine(file.digest());
    }
    return digest;
  }

  /** Effects that were not performed. */
  public long suppressedEffects() {
    return files(Summary.Written.Kind.EFFECTS).stream().mapToLong(PlanFile::rows).sum();
  }

  public List<PlanFile> correctionFiles() {
    return files(Summary.Written.Kind.CORRECTIONS);
  }

  public List<PlanFile> quarantineFiles() {
    return files(Summary.Written.Kind.QUARANTINE);
  }

  /** Whether one of the events has a key that can't be known, so that no key can be corrected. */
  public boolean barsAll() {
    // Entries without a key are written by a task of their own, and by no other.
    return quarantineFiles().stream()
        .anyMatch(file -> file.path().startsWith("quarantine/" + PlanJob.UNKEYED + "-"));
  }

  public List<PlanFile> effectFiles() {
    return files(Summary.Written.Kind.EFFECTS);
  }

  private List<PlanFile> files(Summary.Written.Kind kind) {
    return written.stream().filter(w -> w.kind() == kind).map(Summary.Written::file).toList();
  }
}
