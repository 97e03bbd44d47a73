package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.stitch.StitchedWindowSource;
import io.errata.jobs.cluster.JobLabels;
import io.errata.jobs.graph.Holdings;
import io.errata.jobs.graph.HoldingsAccumulator;
import io.errata.jobs.graph.HoldingsJob;
import io.errata.jobs.graph.HourHoldings;
import io.errata.jobs.plan.EventComparison.Hour;
import io.errata.jobs.plan.EventComparison.Side;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.worker.WorkerJars;
import io.errata.state.digest.SetDigest;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTables;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a window from Kafka and from the archive in full, and compares their events hour by hour.
 * The live table is asked for its columns, which settle the types of fields, and for nothing else.
 * {@link #close()} may be called from another thread and ends what is under way.
 */
public final class EventComparer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventComparer.class);
  private static final long SECONDS_OF_AN_HOUR = 3_600;

  private final PlanProgress progress;
  private final Clock clock;
  private final Resources resources = new Resources();

  /**
   * Made for one comparison at a time.
   *
   * @param clock for the time that stages take
   */
  public EventComparer(PlanProgress progress, Clock clock) {
    this.progress = progress;
    this.clock = clock;
  }

  /**
   * Compares the events that a plan of the spec would use.
   *
   * @throws ErrataException INVALID_SPEC where the spec has only one source, MISSING_COVERAGE where
   *     no event lies in the window; others as the parts of the spec throw them
   */
  public EventComparison compare(Spec spec, PlannerOptions options) {
    try {
      return make(spec, options);
    } catch (RuntimeException e) {
      if (resources.isClosed()) {
        throw new ErrataException(
            ErrorCode.CANCELLED,
            "Cannot finish the comparison: it was stopped",
            "Start it again; nothing was written.",
            e);
      }
      throw e;
    } finally {
      resources.release();
    }
  }

  private EventComparison make(Spec spec, PlannerOptions options) {
    LOG.info("Comparing the sources of {} over {}", spec.name(), spec.window());
    FlinkRun.check(options.place());
    Stages stages = new Stages(progress, clock);
    stages.begin("prepare");
    WorkerJars jars = resources.hold(WorkerJars.open(options.place().workerJars()));
    StitchedWindowSource source = Sources.both(spec.events());
    LiveTable table = resources.hold(LiveTables.open(spec.table()));
    Preparation prepared = new Preparer(spec, table, source, jars.loader()).prepare();
    stages.begin("look at the events");
    StitchedWindowSource.Holdings windows =
        source.resolveBoth(prepared.window(), prepared.events(), prepared.condition());
    Set<String> partitions =
        windows.kafka().inputs().stream()
            .map(InputPart::name)
            .collect(Collectors.toCollection(TreeSet::new));

    stages.begin("read both and compare");
    FlinkRun run =
        resources.hold(FlinkRun.open(options.parallelism(), options.place(), Optional.empty()));
    new HoldingsJob(prepared.events(), windows.together(), partitions, spec.limits().rate())
        .build(run.env());
    Map<String, Object> accumulators =
        new JobWatch(run, stages, resources)
            .execute(
                new JobLabels(
                    Optional.empty(), spec.name(), 2 * windows.together().estimatedEvents()));
    stages.end();
    if (!(accumulators.get(HoldingsAccumulator.NAME) instanceof Holdings holdings)) {
      throw new IllegalStateException("the job has ended without its result");
    }
    List<Gap> gaps = windows.together().confirm(holdings.receipts());
    if (holdings.hours().isEmpty() && gaps.isEmpty()) {
      throw new ErrataException(
          ErrorCode.MISSING_COVERAGE,
          "Cannot compare: no event lies in the window "
              + prepared.window()
              + " ("
              + source.name()
              + ")",
          "Check window, events.fields.time, filter and the path.");
    }
    Map<Boolean, List<SplitReceipt>> receipts =
        bySplit(holdings.receipts()).stream()
            .collect(Collectors.partitioningBy(receipt -> partitions.contains(receipt.input())));
    List<Hour> differences = new ArrayList<>();
    holdings
        .hours()
        .forEach(
            (hour, found) -> {
              if (!found.isSame()) {
                differences.add(
                    new Hour(
                        Instant.ofEpochSecond(hour * SECONDS_OF_AN_HOUR),
                        found.archive(),
                        found.kafka(),
                        found.onlyInArchive(),
                        found.onlyInKafka(),
                        found.different()));
              }
            });
    return new EventComparison(
        prepared.window(),
        side(
            source.archiveName(),
            receipts.getOrDefault(false, List.of()),
            holdings.duplicatesInArchive(),
            total(holdings, HourHoldings::archive)),
        side(
            source.kafkaName(),
            receipts.getOrDefault(true, List.of()),
            holdings.duplicatesInKafka(),
            total(holdings, HourHoldings::kafka)),
        gaps,
        holdings.hours().size(),
        differences);
  }

  private static List<SplitReceipt> bySplit(List<SplitReceipt> receipts) {
    Map<String, SplitReceipt> bySplit = new TreeMap<>();
    receipts.forEach(receipt -> bySplit.put(receipt.split(), receipt));
    return List.copyOf(bySplit.values());
  }

  private static SetDigest total(Holdings holdings, Function<HourHoldings, SetDigest> of) {
    return holdings.hours().values().stream().map(of).reduce(SetDigest.EMPTY, SetDigest::combine);
  }

  private static Side side(
      String name, List<SplitReceipt> receipts, long duplicates, SetDigest events) {
    return new Side(
        name,
        receipts.stream().mapToLong(SplitReceipt::read).sum(),
        receipts.stream().mapToLong(SplitReceipt::filtered).sum(),
        receipts.stream().mapToLong(SplitReceipt::rejected).sum(),
        duplicates,
        events);
  }

  /** Ends what is under way, from any thread, and waits until nothing of it is left. */
  @Override
  public void close() {
    resources.close();
  }
}
