package io.errata.connectors.stitch;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.SourceShare;
import io.errata.connectors.Window;
import io.errata.connectors.WindowSource;
import io.errata.connectors.archive.ArchiveReach;
import io.errata.connectors.archive.ArchiveWindowSource;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.kafka.KafkaWindowSource;
import io.errata.connectors.read.SplitWindow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Events that lie in Kafka and in an archive: the last days in one, the years before in the other.
 *
 * <p>What surely holds all of a window alone is read alone: where both do, the one of which fewer
 * events have to be read, and of two that are equal the archive, which nobody else waits for. Where
 * neither does, the archive is read up to the seam and Kafka from there on. The seam is the last
 * event time up to which the archive is sure ({@link ArchiveReach}); Kafka is read from the longer
 * slack of the two before it, so that events near the seam are found wherever they lie, and those
 * that lie in both are dropped by their ids. What neither surely holds is a gap.
 *
 * <p>Kafka is sure of a window where no offsets that may have held it are deleted ({@link
 * ResolvedWindow#gaps()}) and its topics were there before the window ({@link
 * SplitWindow#doubts()}): a topic that was made yesterday has lost nothing and holds nothing of
 * last year.
 */
public final class StitchedWindowSource implements WindowSource {
  /** What of the two is read. */
  public enum Use {
    /** What surely holds the window; both where neither does alone. */
    AUTO,
    /** Kafka alone. */
    KAFKA,
    /** The archive alone. */
    ARCHIVE,
    /** All that both hold. */
    BOTH
  }

  private static final String HOLDS_ALL = "it holds all of the window";

  private final ArchiveWindowSource archive;
  private final KafkaWindowSource kafka;
  private final Use use;

  public StitchedWindowSource(ArchiveWindowSource archive, KafkaWindowSource kafka, Use use) {
    this.archive = archive;
    this.kafka = kafka;
    this.use = use;
  }

  @Override
  public String name() {
    return switch (use) {
      case ARCHIVE -> archive.name();
      case KAFKA -> kafka.name();
      default -> archive.name() + " and " + kafka.name();
    };
  }

  /**
   * The types of the archive, which mostly has a schema; those of Kafka for fields that the archive
   * keeps as text, or as a narrower integer.
   */
  @Override
  public Map<String, ColumnType> naturalTypes(List<String> fields) {
    if (use == Use.ARCHIVE) {
      return archive.naturalTypes(fields);
    }
    if (use == Use.KAFKA) {
      return kafka.naturalTypes(fields);
    }
    // One of the two may hold nothing from which fields could be known; resolving refuses a field
    // that one of them lacks.
    Map<String, ColumnType> ofFiles;
    try {
      ofFiles = archive.naturalTypes(fields);
    } catch (ErrataException e) {
      if (e.code() != ErrorCode.INVALID_SOURCE) {
        throw e;
      }
      return ofRecordsAlone(fields, e);
    }
    Map<String, ColumnType> ofRecords;
    try {
      ofRecords = kafka.naturalTypes(fields);
    } catch (ErrataException e) {
      if (e.code() != ErrorCode.INVALID_SOURCE) {
        throw e;
      }
      return ofFiles;
    }
    Map<String, ColumnType> types = new LinkedHashMap<>();
    ofFiles.forEach(
        (field, type) -> types.put(field, common(type, ofRecords.getOrDefault(field, type))));
    return types;
  }

  /**
   * @param ofFiles why the archive doesn't know them, which is thrown where Kafka doesn't either
   */
  private Map<String, ColumnType> ofRecordsAlone(List<String> fields, ErrataException ofFiles) {
    Map<String, ColumnType> known;
    try {
      known = kafka.knownTypes(fields);
    } catch (ErrataException e) {
      if (e.code() != ErrorCode.INVALID_SOURCE) {
        throw e;
      }
      ofFiles.addSuppressed(e);
      throw ofFiles;
    }
    if (!known.keySet().containsAll(fields)) {
      throw ofFiles;
    }
    return known;
  }

  private static ColumnType common(ColumnType ofFiles, ColumnType ofRecords) {
    boolean wider = ofFiles == ColumnType.INT && ofRecords == ColumnType.LONG;
    return ofFiles == ColumnType.TEXT || wider ? ofRecords : ofFiles;
  }

  @Override
  public ResolvedWindow resolve(Window window, EventSchema schema, Optional<Condition> condition) {
    Look look = new Look(window, schema, condition);
    StitchedWindow chosen =
        switch (use) {
          case AUTO -> look.choose();
          case BOTH -> look.inFull();
          case ARCHIVE -> look.archiveAlone("the spec says so (events.use: archive)");
          case KAFKA -> look.kafkaAlone("the spec says so (events.use: kafka)");
        };
    return use == Use.BOTH ? chosen : chosen.withOffer(() -> offer(look));
  }

  /**
   * What each of the two holds of a window, to be read as one and told apart by its inputs.
   *
   * @param archive the files
   * @param kafka the records
   * @param together both
   */
  public record Holdings(SplitWindow archive, SplitWindow kafka, ResolvedWindow together) {}

  /** As {@link #resolve} with {@link Use#BOTH}, in parts. */
  public Holdings resolveBoth(Window window, EventSchema schema, Optional<Condition> condition) {
    Look look = new Look(window, schema, condition);
    return new Holdings(look.files(), look.records(), look.inFull());
  }

  /** The archive's {@link #name()}. */
  public String archiveName() {
    return archive.name();
  }

  /** Kafka's {@link #name()}. */
  public String kafkaName() {
    return kafka.name();
  }

  /** What a plan of the same window would read now, where that would be complete. */
  private Optional<String> offer(Look before) {
    try {
      StitchedWindow now = new Look(before.window, before.schema, before.condition).choose();
      return now.gaps().isEmpty()
          ? Optional.of(
              (use == Use.AUTO ? "plan again" : "plan again with events.use: auto")
                  + ": "
                  + now.holders()
                  + " all of the window")
          : Optional.empty();
    } catch (ErrataException e) {
      // It is an offer: what is missing is told all the same.
      return Optional.empty();
    }
  }

  /** One look at both sources for one window. */
  private final class Look {
    private final Window window;
    private final EventSchema schema;
    private final Optional<Condition> condition;
    private @Nullable SplitWindow files;
    private @Nullable SplitWindow records;

    Look(Window window, EventSchema schema, Optional<Condition> condition) {
      this.window = window;
      this.schema = schema;
      this.condition = condition;
    }

    private SplitWindow files() {
      if (files == null) {
        files = archive.resolve(window, schema, condition);
      }
      return files;
    }

    private SplitWindow records() {
      if (records == null) {
        records = kafka.resolve(window, schema, condition);
      }
      return records;
    }

    StitchedWindow archiveAlone(String reason) {
      return alone(files(), archive, reason, kafka, "the spec says so");
    }

    StitchedWindow kafkaAlone(String reason) {
      return alone(records(), kafka, reason, archive, "the spec says so");
    }

    /** All that both hold; what either of them lacks is a gap. */
    StitchedWindow inFull() {
      List<Gap> gaps = new ArrayList<>(files().gaps());
      gaps.addAll(records().gaps());
      return inFull("all that it holds", gaps);
    }

    private StitchedWindow inFull(String why, List<Gap> gaps) {
      return new StitchedWindow(
          files(),
          records(),
          List.of(
              new SourceShare(archive.name(), window, why),
              new SourceShare(kafka.name(), window, why)),
          gaps);
    }

    StitchedWindow choose() {
      ArchiveReach reach = archive.reach(window, files().gaps());
      boolean filesHold = reach.isWhole() && files().gaps().isEmpty();
      boolean recordsHold = isSure(records());
      if (filesHold && recordsHold) {
        long ofFiles = files().estimatedEvents();
        long ofRecords = records().estimatedEvents();
        String cost = "about " + ofFiles + " rows of files against " + ofRecords + " records";
        return ofRecords < ofFiles
            ? alone(
                records(),
                kafka,
                "it holds all of the window, with less to read (" + cost + ")",
                archive,
                "it holds all of it, too")
            : alone(
                files(),
                archive,
                "it holds all of the window, with no more to read (" + cost + ")",
                kafka,
                "it holds all of it, too");
      }
      if (filesHold) {
        return alone(files(), archive, HOLDS_ALL, kafka, doubt(records()));
      }
      return recordsHold
          ? alone(records(), kafka, HOLDS_ALL, archive, doubt(reach))
          : stitch(reach);
    }

    private StitchedWindow alone(
        SplitWindow read, WindowSource from, String why, WindowSource other, String whyNot) {
      SourceShare given = new SourceShare(from.name(), window, why);
      SourceShare left = new SourceShare(other.name(), null, whyNot);
      return from == archive
          ? new StitchedWindow(read, null, List.of(given, left), read.gaps())
          : new StitchedWindow(null, read, List.of(left, given), read.gaps());
    }

    private StitchedWindow stitch(ArchiveReach reach) {
      Instant seam = reach.to();
      if (!seam.isAfter(window.from())) {
        return uncovered(records(), reach);
      }
      Window old = new Window(window.from(), seam);
      SplitWindow before = archive.resolve(old, schema, condition);
      Instant start = seam.minus(overlap());
      Window recent =
          new Window(start.isBefore(window.from()) ? window.from() : start, window.to());
      SplitWindow behind = kafka.resolve(recent, schema, condition);
      if (!isSure(behind)) {
        // Perhaps Kafka holds all from the seam on, and not what is read twice.
        recent = new Window(seam, window.to());
        behind = kafka.resolve(recent, schema, condition);
      }
      if (!before.gaps().isEmpty() || !isSure(behind)) {
        return uncovered(behind, reach);
      }
      return new StitchedWindow(
          before,
          behind,
          List.of(
              new SourceShare(archive.name(), old, doubt(reach)),
              new SourceShare(
                  kafka.name(), recent, "of what is before it is not sure: " + doubt(records()))),
          List.of());
    }

    /** Both are read as far as they go, and what neither surely holds is missing. */
    private StitchedWindow uncovered(SplitWindow behind, ArchiveReach reach) {
      String nor = "; the archive can't stand in: " + doubt(reach);
      List<Gap> gaps = new ArrayList<>();
      for (Gap gap : behind.gaps()) {
        gaps.add(new Gap(gap.input(), gap.reason() + nor));
      }
      for (String doubt : behind.doubts()) {
        gaps.add(new Gap(kafka.name(), doubt + nor));
      }
      for (Gap gap : files().gaps()) {
        gaps.add(new Gap(gap.input(), gap.reason() + "; Kafka can't stand in: " + doubt(behind)));
      }
      return inFull("as much of the window as it holds", gaps);
    }
  }

  /** How long before the seam Kafka is read, as long as it holds that. */
  private Duration overlap() {
    return archive.slack().compareTo(kafka.slack()) > 0 ? archive.slack() : kafka.slack();
  }

  private static boolean isSure(SplitWindow records) {
    return records.gaps().isEmpty() && records.doubts().isEmpty();
  }

  private static String doubt(SplitWindow records) {
    return records.gaps().isEmpty()
        ? records.doubts().stream().findFirst().orElse(HOLDS_ALL)
        : records.gaps().get(0).input() + ": " + records.gaps().get(0).reason();
  }

  private static String doubt(ArchiveReach reach) {
    return "it is sure of events before " + reach.to() + " only: " + reach.reason();
  }
}
