package io.errata.state.plan;

import io.errata.state.digest.SetDigest;
import io.errata.state.table.TableDescription;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All that a plan says of itself; {@code manifest.json}.
 *
 * @param plan the plan id
 * @param name the spec's name
 * @param spec the spec as it was used, in YAML, with references instead of secrets
 * @param window the stretch of event time
 * @param worker what recomputed the rows
 * @param table the live table
 * @param snapshot the moment of the live table that was compared
 * @param events what happened to the events
 * @param rows what was found
 * @param coverage the evidence that the source held all of the window
 * @param suppressedEffects effects recorded and not performed
 * @param limits those that were hit; a plan with one is not applied
 * @param warnings what a person should know before applying it
 * @param corrections by kind
 * @param correctionSet the digest of the set of corrections
 * @param files all files of the plan but the manifest
 * @param seconds per stage, for people
 * @param version of Errata that made it
 * @param createdAt for people
 * @param retry which plan's quarantined keys these are, where the plan is about no others
 */
public record PlanManifest(
    String plan,
    String name,
    String spec,
    WindowSection window,
    WorkerSection worker,
    TableSection table,
    SnapshotSection snapshot,
    EventCounts events,
    RowCounts rows,
    Coverage coverage,
    long suppressedEffects,
    List<LimitHit> limits,
    List<String> warnings,
    CorrectionCounts corrections,
    SetDigest correctionSet,
    List<PlanFile> files,
    Map<String, Double> seconds,
    String version,
    Instant createdAt,
    Optional<RetrySection> retry) {
  /** The format that this release writes and reads. */
  public static final int FORMAT = 1;

  public PlanManifest {
    limits = List.copyOf(limits);
    warnings = List.copyOf(warnings);
    files = List.copyOf(files);
    seconds = new TreeMap<>(seconds);
  }

  /** Of a plan that is about all keys of its window. */
  public PlanManifest(
      String plan,
      String name,
      String spec,
      WindowSection window,
      WorkerSection worker,
      TableSection table,
      SnapshotSection snapshot,
      EventCounts events,
      RowCounts rows,
      Coverage coverage,
      long suppressedEffects,
      List<LimitHit> limits,
      List<String> warnings,
      CorrectionCounts corrections,
      SetDigest correctionSet,
      List<PlanFile> files,
      Map<String, Double> seconds,
      String version,
      Instant createdAt) {
    this(
        plan,
        name,
        spec,
        window,
        worker,
        table,
        snapshot,
        events,
        rows,
        coverage,
        suppressedEffects,
        limits,
        warnings,
        corrections,
        correctionSet,
        files,
        seconds,
        version,
        createdAt,
        Optional.empty());
  }

  /** The same with other files. */
  public PlanManifest withFiles(List<PlanFile> others) {
    return new PlanManifest(
        plan,
        name,
        spec,
        window,
        worker,
        table,
        snapshot,
        events,
        rows,
        coverage,
        suppressedEffects,
        limits,
        warnings,
        corrections,
        correctionSet,
        others,
        seconds,
        version,
        createdAt,
        retry);
  }

  /**
   * @param plan whose quarantine it was
   * @param keys how many keys that were; -1 where an event's key could not be known, and so all are
   * @param live rows of the live table in scope of that plan, of which limits in percent are taken
   */
  public record RetrySection(String plan, long keys, long live) {}

  /**
   * @param requestedFrom as the spec has it, inclusive
   * @param requestedTo as the spec has it, exclusive
   * @param from as it was read: widened to whole buckets, or ending where the live rows are
   *     complete
   * @param to as it was read, exclusive
   * @param reason why they differ, where they do
   */
  public record WindowSection(
      Instant requestedFrom,
      Instant requestedTo,
      Instant from,
      Instant to,
      Optional<String> reason) {}

  /**
   * @param identity {@code name@2}, {@code name@as-of(1,2)} or {@code aggregate}; with the declared
   *     worker's definition it is part of the plan id
   * @param definition the declared worker in canonical JSON, or empty for one in Java
   * @param code the digest of the code that was used, for people: not part of the plan id
   */
  public record WorkerSection(String identity, String definition, String code) {}

  /**
   * @param url without secrets
   * @param description the columns when the plan was made
   * @param owns or empty
   * @param set expressions by column
   */
  public record TableSection(
      String url, TableDescription description, Optional<String> owns, Map<String, String> set) {
    public TableSection {
      set = new TreeMap<>(set);
    }
  }

  /**
   * @param id as the store names the moment
   * @param openedAt for people
   */
  public record SnapshotSection(String id, Instant openedAt) {}

  /**
   * @param read decoded from the source
   * @param inWindow of those, in the window
   * @param filtered of those in the window, not wanted by the filter
   * @param duplicates copies of events with one id, beyond the first
   * @param rejected events that could not be used
   * @param used events given to the worker
   */
  public record EventCounts(
      long read, long inWindow, long filtered, long duplicates, long rejected, long used) {}

  /**
   * @param recomputed rows that the worker made
   * @param live rows of the snapshot in scope
   * @param equal rows that agree
   * @param insert rows that are missing
   * @param update rows that are wrong
   * @param delete rows that should not be there
   * @param quarantined keys that are not corrected because of their events
   */
  public record RowCounts(
      long recomputed,
      long live,
      long equal,
      long insert,
      long update,
      long delete,
      long quarantined) {}

  /**
   * @param complete whether nothing of the window was missing
   * @param gaps what was missing
   * @param inputs what was read
   * @param sources what each source was read for, where there was a choice; else empty
   */
  public record Coverage(
      boolean complete, List<MissingPart> gaps, List<ReadPart> inputs, List<ChosenSource> sources) {
    public Coverage {
      gaps = List.copyOf(gaps);
      inputs = List.copyOf(inputs);
      sources = List.copyOf(sources);
    }
  }

  /**
   * @param source its name, without secrets
   * @param from the first event time that it was read for, inclusive; empty where it was not read
   * @param to where these end, exclusive; empty where it was not read
   * @param reason what it was taken to hold, and why it was read, or not
   */
  public record ChosenSource(
      String source, Optional<Instant> from, Optional<Instant> to, String reason) {}

  /**
   * @param input the file, folder or partition
   * @param reason what is missing
   */
  public record MissingPart(String input, String reason) {}

  /**
   * @param input the file or partition
   * @param first the first row or offset expected
   * @param expected rows expected, or -1 where the format doesn't tell
   * @param read rows read; fewer than expected where row groups outside of the window were skipped
   * @param bytes the size, or -1
   * @param generation what tells a replaced file, or a topic that was made again, from this one
   * @param offsets what was found of a partition; empty for files
   */
  public record ReadPart(
      String input,
      long first,
      long expected,
      long read,
      long bytes,
      String generation,
      Optional<FoundOffsets> offsets) {
    /** A file. */
    public ReadPart(
        String input, long first, long expected, long read, long bytes, String generation) {
      this(input, first, expected, read, bytes, generation, Optional.empty());
    }
  }

  /**
   * @param first of the first record that was read, or -1 where there was none
   * @param last of the last, or -1
   * @param vacant offsets without a record of which it is known why: transaction markers, aborted
   *     transactions, compaction
   * @param inSlack events of the window whose records lay in the slack alone
   * @param atEdge of those, events in the outer half of the slack
   */
  public record FoundOffsets(long first, long last, long vacant, long inSlack, long atEdge) {
    /** Both together. */
    public FoundOffsets and(FoundOffsets other) {
      return new FoundOffsets(
          first < 0 ? other.first : other.first < 0 ? first : Math.min(first, other.first),
          Math.max(last, other.last),
          vacant + other.vacant,
          inSlack + other.inSlack,
          atEdge + other.atEdge);
    }
  }

  /**
   * @param limit the setting, such as {@code limits.deletes}
   * @param allowed as the spec has it
   * @param found what the plan has
   * @param message for people, with what to do
   */
  public record LimitHit(String limit, String allowed, String found, String message) {}
}
