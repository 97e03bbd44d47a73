package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.Window;
import io.errata.connectors.WindowSource;
import io.errata.connectors.archive.ParquetSnapshot;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.stitch.StitchedWindowSource.Use;
import io.errata.jobs.cluster.ClusterAddress;
import io.errata.jobs.cluster.ClusterJob;
import io.errata.jobs.cluster.JobLabels;
import io.errata.jobs.graph.JobSummary;
import io.errata.jobs.graph.KeySelection;
import io.errata.jobs.graph.PlanJob;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.spec.ExecutionSpec.Mode;
import io.errata.jobs.spec.LimitsSpec.MissingCoverage;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.Spec.BaseSpec;
import io.errata.jobs.spec.SpecParser;
import io.errata.jobs.worker.WorkerJars;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanFile;
import io.errata.state.plan.PlanId;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.ChosenSource;
import io.errata.state.plan.PlanManifest.Coverage;
import io.errata.state.plan.PlanManifest.EventCounts;
import io.errata.state.plan.PlanManifest.FoundOffsets;
import io.errata.state.plan.PlanManifest.MissingPart;
import io.errata.state.plan.PlanManifest.ReadPart;
import io.errata.state.plan.PlanManifest.RetrySection;
import io.errata.state.plan.PlanManifest.RowCounts;
import io.errata.state.plan.PlanManifest.SnapshotSection;
import io.errata.state.plan.PlanManifest.TableSection;
import io.errata.state.plan.PlanManifest.WindowSection;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.LiveTables;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableDescription;
import io.errata.state.table.csv.CsvCorrections;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes plans: reads the window, recomputes, compares, and seals what it found. Changes nothing but
 * the folder of plans. One plan at a time; {@link #close()} may be called from another thread and
 * ends what is under way.
 */
public final class Planner implements AutoCloseable, Leavable {
  private static final Logger LOG = LoggerFactory.getLogger(Planner.class);

  private final PlanProgress progress;
  private final Clock clock;
  private final Resources resources = new Resources();
  private @Nullable RunFolder run;

  /** Of the job that runs on a session cluster, if one does. */
  private volatile Leaving leaving = Leaving.NO_JOB;

  private volatile @Nullable Parting parting;

  public Planner(PlanProgress progress) {
    this(progress, Clock.systemUTC());
  }

  /**
   * @param clock for the times that a plan keeps for people; nothing that a plan would do depends
   *     on it
   */
  public Planner(PlanProgress progress, Clock clock) {
    this.progress = progress;
    this.clock = clock;
  }

  /**
   * Makes the plan of a spec.
   *
   * @return the sealed plan, which may have no corrections, or limits that were hit
   * @throws ErrataException MISSING_COVERAGE where the source doesn't hold all of the window and
   *     the spec doesn't allow that, or where no event lies in it; others as the parts of the spec
   *     throw them. Then there is no plan, and nothing is left behind, but for a streaming
   *     execution that can be resumed.
   */
  public PlanDirectory plan(Spec spec, PlannerOptions options) {
    return plan(spec, options, Retry.NONE, null);
  }

  /**
   * Makes a plan of the keys that another plan left in quarantine, and of no others.
   *
   * @param spec may be another than that plan's, but for its window, table and key
   * @param retried the other plan, whose seal holds
   * @return the sealed plan
   * @throws ErrataException as {@link #plan}; INVALID_SPEC where the spec is of another window,
   *     table or key; MISSING_COVERAGE where the source has changed since; LIMIT where there are
   *     more than {@link Retry#MOST} keys
   * @throws IllegalArgumentException where the other plan left nothing in quarantine
   */
  public PlanDirectory retry(Spec spec, PlannerOptions options, PlanDirectory retried) {
    return plan(spec, options, Retry.of(retried), null);
  }

  /**
   * Goes on with a run of a streaming execution that has not come to its end.
   *
   * @param plans the folder of plans that the run is below
   * @param id of the run
   * @param place where the job runs from now on
   * @return as {@link #plan(Spec, PlannerOptions)}
   * @throws ErrataException INVALID_PLAN where there is no such run, it has ended or a process
   *     works on it; INVALID_WORKER, INVALID_TABLE, INVALID_SOURCE or INVALID_SPEC where the
   *     worker, the table, the source or the window are no longer those that it began with; others
   *     as planning throws them
   */
  public PlanDirectory resume(String plans, String id, JobPlace place) {
    FlinkPlanStorage storage = FlinkPlanStorage.at(plans);
    RunFolder run = RunFolder.open(storage, id);
    Resumption.refuseEnded(run, storage);
    Resumption.refuseAlive(run, "resume");
    Optional<PlanDirectory> sealed = run.recall();
    if (sealed.isPresent()) {
      run.end(sealed.get().manifest().plan());
      return sealed.get();
    }
    Spec spec = SpecParser.parseText(run.record().spec(), List.of()).withPlans(plans);
    return plan(
        spec,
        new PlannerOptions(run.record().parallelism(), InputOrder.AS_READ, place),
        Retry.of(run.record()),
        run);
  }

  private PlanDirectory plan(
      Spec spec, PlannerOptions options, Retry retry, @Nullable RunFolder resumed) {
    run = resumed;
    parting = null;
    try {
      return make(spec, options, retry, new Stages(progress, clock), Optional.ofNullable(resumed));
    } catch (RuntimeException e) {
      ErrataException stopped =
          resources.isClosed()
              ? new ErrataException(
                  ErrorCode.CANCELLED,
                  "Cannot finish the plan: it was stopped",
                  "Plan again; nothing was written.",
                  e)
              : null;
      throw leave(stopped == null ? e : stopped, resumed != null);
    } finally {
      run = null;
      resources.release();
    }
  }

  /** Says how the run can go on, or removes it where it never could. */
  private RuntimeException leave(RuntimeException e, boolean resumed) {
    RunFolder left = run;
    if (left == null) {
      return e;
    }
    resources.release();
    Parting ways = parting;
    if (ways != null && ways.isLeft()) {
      return e;
    }
    boolean canGoOn =
        !(e instanceof ErrataException known)
            || known.code().retryable()
            || known.code() == ErrorCode.INTERNAL;
    try {
      if (!resumed && (!canGoOn || !left.hasSummary() && left.lastCheckpoint().isEmpty())) {
        left.drop();
        return e;
      }
    } catch (ErrataException unreachable) {
      // What it has kept can't be looked at now, and stays.
      LOG.warn("{}", unreachable.getMessage());
    }
    return e instanceof ErrataException known && canGoOn
        ? new ErrataException(
            known.code(),
            String.valueOf(known.getMessage()),
            "Go on where it was: errata resume "
                + left.location()
                + ". "
                + (known.code() == ErrorCode.CANCELLED ? "Nothing was written." : known.next()),
            known)
        : e;
  }

  private PlanDirectory make(
      Spec spec, PlannerOptions options, Retry retry, Stages stages, Optional<RunFolder> resumed) {
    LOG.info("Planning {} over {}", spec.name(), spec.window());
    Optional<ClusterJob> running = resumed.flatMap(left -> LeftJob.find(left, options.place()));
    FlinkRun.check(options.place());
    if (spec.events().use() == Use.BOTH) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot plan with events.use: both (it compares Kafka with the archive, and no table)",
          "Use errata verify, or let events.use be auto.");
    }
    stages.begin("prepare");
    CsvCorrections.removeOld(spec.table());
    LiveTable table = resources.hold(LiveTables.open(spec.table()));
    WindowSource source = Sources.of(spec.events());
    WorkerJars jars = resources.hold(WorkerJars.open(options.place().workerJars()));
    Preparation prepared = new Preparer(spec, table, source, jars.loader()).prepare();
    retry.check(prepared);
    Optional<CsvCorrections> list = CsvCorrections.of(spec.table(), prepared.table());

    Resumption resumption = new Resumption(resumed, prepared, spec.base(), running.isPresent());
    prepared = resumption.prepared();

    stages.begin("look at the events");
    ResolvedWindow window =
        source.resolve(prepared.window(), prepared.events(), prepared.condition());
    resumption.refuseOtherInputs(window);
    List<Gap> changed = retry.changes(window.inputs());
    refuseGaps(spec, both(window.gaps(), changed));

    FlinkPlanStorage plans = FlinkPlanStorage.at(spec.plans());
    Instant createdAt = clock.instant();
    String name =
        Digest.ofText(createdAt + "\n" + ProcessHandle.current().pid() + "\n" + spec.text())
            .hex()
            .substring(0, 16);
    KeySelection keys = retry.keys().and(prepared.keys());
    // Not in streaming execution: some keys, which are planned again sooner than resumed and whose
    // list could be another by then; and the first events, which come to one task.
    boolean streaming =
        spec.execution().mode() == Mode.STREAMING
            && keys.isAll()
            && spec.filter().first().isEmpty();
    if (streaming && run == null) {
      run =
          RunFolder.create(
              plans, Resumption.record(name, spec, prepared, window, options, retry, createdAt));
    }
    RunFolder ofRun = run;
    StagingFolder folder =
        resources.hold(
            ofRun == null
                ? StagingFolder.take(plans, name)
                : StagingFolder.takeRun(plans, ofRun.name()));
    String staging = folder.files();
    String id = ofRun == null ? name : ofRun.record().id();
    progress.begun(id, spec.name(), prepared.window().to());
    stages.keep(
        new KeptProgress(
            folder,
            clock,
            new RunProgress(
                id,
                spec.name(),
                createdAt,
                options.place().cluster().map(ClusterAddress::toString))));
    if (ofRun != null) {
      // A wish of before it was interrupted.
      ofRun.forgetPause();
      progress.resumable(ofRun.record().id(), plans.below(ofRun.name()));
    }

    RunRecord.Rows rows;
    if (ofRun != null && running.isPresent()) {
      rows = ofRun.record().rows();
      attach(ofRun, running.get(), spec, options, stages);
    } else if (ofRun != null && ofRun.hasSummary()) {
      rows = ofRun.record().rows();
    } else {
      rows =
          recompute(
              spec,
              options,
              stages,
              prepared,
              window,
              table,
              id,
              plans.below(staging),
              resumption,
              keys);
    }
    JobSummary summary = JobSummary.read(FlinkPlanStorage.at(plans.below(staging)));

    stages.begin("check the evidence");
    List<Gap> gaps = both(window.confirm(summary.receipts()), changed);
    refuseGaps(spec, gaps);
    EventCounts events = summary.events();
    boolean allBarred = summary.barsAll();
    if (events.inWindow() == 0
        && events.rejected() == 0
        && spec.limits().missingCoverage() == MissingCoverage.FAIL) {
      throw new ErrataException(
          ErrorCode.MISSING_COVERAGE,
          "Cannot plan: no event lies in the window "
              + prepared.window()
              + " ("
              + source.name()
              + ")",
          "Check window, events.fields.time and the path; where the window really is empty, set"
              + " limits.missing-coverage to allow.");
    }

    stages.begin("seal the plan");
    PlanManifest manifest =
        manifest(spec, prepared, window, summary, gaps, allBarred, rows, createdAt, stages, retry);
    removeUnlisted(plans, staging, manifest);
    PlanDirectory staged = PlanDirectory.staged(plans, staging, manifest);
    if (spec.table().ownsPredicate().isPresent()) {
      OwnsCheck.refuseOutside(
          table, staged.corrections(), prepared.table(), spec.table().ownsPredicate().get());
    }
    List<PlanFile> files = new ArrayList<>(manifest.files());
    files.add(ReportFile.write(plans, staging, staged));
    folder.seal(manifest.plan());
    if (ofRun != null) {
      ofRun.save(ofRun.record().sealing(manifest.plan()));
    }
    PlanDirectory plan = PlanDirectory.seal(plans, staging, manifest.withFiles(files));
    if (list.isPresent() && manifest.limits().isEmpty()) {
      list.get().write(plan.corrections());
    }
    if (ofRun != null) {
      ofRun.end(plan.manifest().plan());
    }
    stages.end();
    progress.planned(plan.manifest());
    LOG.info(
        "Planned {}: {} corrections, plan {}",
        spec.name(),
        plan.manifest().corrections().total(),
        plan.manifest().plan());
    return plan;
  }

  private static List<Gap> both(List<Gap> first, List<Gap> second) {
    List<Gap> gaps = new ArrayList<>(first);
    gaps.addAll(second);
    return gaps;
  }

  /** Runs the job, from its beginning or from a checkpoint. */
  private RunRecord.Rows recompute(
      Spec spec,
      PlannerOptions options,
      Stages stages,
      Preparation prepared,
      ResolvedWindow window,
      LiveTable table,
      String id,
      String staging,
      Resumption resumption,
      KeySelection keys) {
    RunFolder ofRun = run;
    stages.begin("open a snapshot");
    // In streaming execution no checkpoint lies within a split, so that these have to be small.
    int parts = (ofRun == null ? 4 : 64) * options.parallelism();
    List<SnapshotSplit> splits = List.of();
    long estimatedRows = 0;
    RunRecord.Rows rows;
    Optional<PlanJob.Base> base;
    if (resumption.hasAllRows()) {
      rows = ofRun.record().rows();
      base = spec.base().map(read -> readBase(spec, read, prepared));
    } else {
      Snapshot snapshot = resources.hold(table.openSnapshot(prepared.range(), parts));
      rows = new RunRecord.Rows(resumption.start(), snapshot.id(), clock.instant());
      splits = snapshot.splits();
      estimatedRows = snapshot.estimatedRows();
      base = base(spec, prepared, parts);
    }
    if (ofRun != null) {
      ofRun.save(ofRun.record().startedAgain(resumption.start(), rows));
    }

    stages.begin("recompute and compare");
    PlanJob job =
        new PlanJob(
                prepared.chosen().definition(),
                prepared.table(),
                prepared.events(),
                window,
                prepared.window().to(),
                staging,
                spec.limits().rate(),
                spec.limits().workerTime(),
                Set.copyOf(spec.events().quarantine()),
                keys)
            .withFirst(spec.filter().first())
            .withReaders(spec.limits().readers(tablesRead(spec)));
    long estimated = estimatedRows;
    FlinkRun flink =
        resources.hold(
            FlinkRun.open(
                options.parallelism(),
                options.place(),
                Optional.ofNullable(ofRun)
                    .map(
                        kept ->
                            new FlinkRun.Checkpointing(
                                spec.execution().checkpointInterval(),
                                kept.record().checkpoints(),
                                resumption.from()))));
    FlinkPlanStorage files = FlinkPlanStorage.at(staging);
    Optional<Parting> ways =
        Optional.ofNullable(ofRun).map(kept -> new Parting(kept, flink, spec.base(), clock));
    try {
      job.build(
          flink.env(),
          new PlanJob.Rows(spec.table(), prepared.table(), splits),
          base,
          options.order(),
          ofRun == null
              ? new PlanJob.Execution.Batch()
              : new PlanJob.Execution.Streaming(resumption.start(), rows.reading()));
      watch(
          flink,
          ways,
          () ->
              new JobWatch(flink, stages, resources, waits(spec, files))
                  .execute(
                      new JobLabels(
                          Optional.of(id), spec.name(), 2 * window.estimatedEvents() + estimated),
                      () -> ofRun != null && JobSummary.isThere(files),
                      ways));
    } catch (RuntimeException e) {
      // Once more: where it is stopped while Flink starts, folders are made after the first time.
      flink.close();
      throw e;
    }
    return rows;
  }

  /** Waits for the job of a run that was left, instead of starting it again. */
  private void attach(
      RunFolder ofRun, ClusterJob job, Spec spec, PlannerOptions options, Stages stages) {
    stages.begin("recompute and compare");
    ClusterAddress cluster = ClusterAddress.parse(ofRun.record().job().orElseThrow().cluster());
    FlinkRun flink =
        resources.hold(
            FlinkRun.open(options.parallelism(), options.place().at(cluster), Optional.empty()));
    Parting ways = new Parting(ofRun, flink, spec.base(), clock);
    watch(
        flink,
        Optional.of(ways),
        () ->
            new JobWatch(flink, stages, resources, waits(spec, ofRun.files()))
                .attach(job.id(), job.total(), ofRun::hasSummary, ways));
  }

  /** Where readers note that they wait: each look is a request, which few specs are in need of. */
  private static Optional<FlinkPlanStorage> waits(Spec spec, FlinkPlanStorage staging) {
    return spec.table().load().isNone() ? Optional.empty() : Optional.of(staging);
  }

  /** Runs what waits for a job, and notes how that ended. */
  private void watch(FlinkRun flink, Optional<Parting> ways, Runnable waiting) {
    parting = ways.orElse(null);
    if (flink.cluster().isPresent()) {
      leaving = ways.isPresent() ? Leaving.POSSIBLE : Leaving.BOUND;
    }
    try {
      waiting.run();
    } catch (RuntimeException e) {
      try {
        ways.ifPresent(Parting::note);
      } catch (ErrataException unreachable) {
        e.addSuppressed(unreachable);
      }
      throw e;
    } finally {
      leaving = Leaving.NO_JOB;
    }
    ways.ifPresent(Parting::note);
  }

  @Override
  public Leaving leaving() {
    return leaving;
  }

  @Override
  public void leave() {
    Parting ways = parting;
    if (ways != null) {
      ways.askToLeave();
    }
  }

  private static void refuseGaps(Spec spec, List<Gap> gaps) {
    if (gaps.isEmpty() || spec.limits().missingCoverage() == MissingCoverage.ALLOW) {
      return;
    }
    StringBuilder list = new StringBuilder();
    gaps.stream()
        .limit(10)
        .forEach(g -> list.append("\n  ").append(g.input()).append(": ").append(g.reason()));
    if (gaps.size() > 10) {
      list.append("\n  and ").append(gaps.size() - 10).append(" more");
    }
    throw new ErrataException(
        ErrorCode.MISSING_COVERAGE,
        "Cannot plan: the source doesn't hold all of the window (" + gaps.size() + " gaps)" + list,
        "Bring the missing events back, or set limits.missing-coverage to allow where you know that"
            + " they don't matter; the plan then says so.");
  }

  private static int tablesRead(Spec spec) {
    return spec.base().flatMap(BaseSpec::table).isPresent() ? 2 : 1;
  }

  /** A base whose rows are all in a checkpoint: the job has the same stages, and reads nothing. */
  private static PlanJob.Base readBase(Spec spec, BaseSpec base, Preparation prepared) {
    return base.path().isPresent()
        ? new PlanJob.Base.OfFiles(
            ParquetSnapshot.parts(base.path().get(), prepared.table().values()))
        : new PlanJob.Base.OfTable(new PlanJob.Rows(spec.table(), prepared.table(), List.of()));
  }

  private Optional<PlanJob.Base> base(Spec spec, Preparation prepared, int parts) {
    if (spec.base().isEmpty()) {
      return Optional.empty();
    }
    BaseSpec base = spec.base().get();
    if (base.path().isPresent()) {
      return Optional.of(
          new PlanJob.Base.OfFiles(
              ParquetSnapshot.parts(base.path().get(), prepared.table().values())));
    }
    LiveTableOptions live = spec.table();
    LiveTableOptions rows =
        new LiveTableOptions(
            live.url(),
            live.user(),
            live.password(),
            base.table().orElseThrow(),
            live.key(),
            live.compare(),
            live.owns(),
            Map.of(),
            live.lockTimeout(),
            live.statementTimeout(),
            live.csvOptions().orElse(null),
            live.load());
    LiveTable table = resources.hold(LiveTables.open(rows));
    TableDescription description = table.describe();
    Snapshot snapshot = resources.hold(table.openSnapshot(Optional.empty(), parts));
    return Optional.of(
        new PlanJob.Base.OfTable(new PlanJob.Rows(rows, description, snapshot.splits())));
  }

  private static PlanManifest manifest(
      Spec spec,
      Preparation prepared,
      ResolvedWindow window,
      JobSummary summary,
      List<Gap> gaps,
      boolean allBarred,
      RunRecord.Rows rowsRead,
      Instant createdAt,
      Stages stages,
      Retry retry) {
    RowCounts counted = summary.rows();
    CorrectionCounts corrections = allBarred ? CorrectionCounts.NONE : summary.corrections();
    RowCounts rows =
        new RowCounts(
            counted.recomputed(),
            counted.live(),
            counted.equal(),
            corrections.insert(),
            corrections.update(),
            corrections.delete(),
            allBarred ? counted.recomputed() + counted.quarantined() : counted.quarantined());
    TableSection table =
        new TableSection(
            spec.table().location(),
            prepared.table(),
            spec.table().ownsPredicate(),
            spec.table().set());
    PlanManifest.WorkerSection worker =
        new PlanManifest.WorkerSection(
            prepared.chosen().identity(),
            prepared.chosen().declaration(),
            prepared.chosen().code());
    List<PlanFile> files = new ArrayList<>();
    if (!allBarred) {
      files.addAll(summary.correctionFiles());
    }
    files.addAll(summary.quarantineFiles());
    files.addAll(summary.effectFiles());
    var correctionSet = allBarred ? SetDigest.EMPTY : summary.correctionSet();
    List<String> warnings = new ArrayList<>(prepared.warnings());
    warnings.addAll(window.warnings(summary.receipts()));
    retry.additions(window.inputs()).ifPresent(warnings::add);
    if (!gaps.isEmpty()) {
      warnings.add(
          gaps.size()
              + " parts of the window were missing and the spec allows it: rows that their events would have touched"
              + " may be wrong in this plan.");
    }
    return new PlanManifest(
        PlanId.of(
            table,
            prepared.window().from(),
            prepared.window().to(),
            worker,
            corrections,
            correctionSet,
            retry.section().map(RetrySection::plan)),
        spec.name(),
        spec.text(),
        new WindowSection(
            spec.window().from(),
            spec.window().to(),
            prepared.window().from(),
            prepared.window().to(),
            prepared.reason()),
        worker,
        table,
        new SnapshotSection(rowsRead.snapshot(), rowsRead.openedAt()),
        summary.events(),
        rows,
        coverage(window, summary, gaps),
        summary.suppressedEffects(),
        Limits.find(
            spec.filter(),
            spec.limits(),
            corrections,
            retry.section().map(RetrySection::live).orElse(counted.live()),
            counted.quarantined(),
            allBarred),
        warnings,
        corrections,
        correctionSet,
        files,
        stages.seconds(),
        version(),
        createdAt,
        retry.section());
  }

  private static Coverage coverage(ResolvedWindow window, JobSummary summary, List<Gap> gaps) {
    Map<String, Long> read = new HashMap<>();
    Map<String, FoundOffsets> found = new HashMap<>();
    for (SplitReceipt receipt : summary.receipts()) {
      read.merge(receipt.input(), receipt.read(), Long::sum);
      SplitReceipt.Offsets offsets = receipt.offsets();
      if (offsets != null) {
        found.merge(
            receipt.input(),
            new FoundOffsets(
                offsets.first(),
                offsets.last(),
                offsets.vacant(),
                offsets.inSlack(),
                offsets.atEdge()),
            FoundOffsets::and);
      }
    }
    List<ReadPart> inputs = new ArrayList<>();
    for (InputPart part : window.inputs()) {
      inputs.add(
          new ReadPart(
              part.name(),
              part.first(),
              part.rows(),
              read.getOrDefault(part.name(), 0L),
              part.bytes(),
              part.generation(),
              Optional.ofNullable(found.get(part.name()))));
    }
    return new Coverage(
        gaps.isEmpty(),
        gaps.stream().map(g -> new MissingPart(g.input(), g.reason())).toList(),
        inputs,
        window.shares().stream()
            .map(
                share ->
                    new ChosenSource(
                        share.source(),
                        Optional.ofNullable(share.window()).map(Window::from),
                        Optional.ofNullable(share.window()).map(Window::to),
                        share.reason()))
            .toList());
  }

  private static void removeUnlisted(
      FlinkPlanStorage plans, String staging, PlanManifest manifest) {
    List<String> listed = manifest.files().stream().map(PlanFile::path).toList();
    for (String path : plans.list(staging)) {
      if (!listed.contains(path.substring(staging.length() + 1))) {
        plans.delete(path);
      }
    }
  }

  /** This release, as its jar says. */
  static String version() {
    String version = Planner.class.getPackage().getImplementationVersion();
    return version == null ? "unreleased" : version;
  }

  /** Ends what is under way, from any thread, and waits until nothing of it is left. */
  @Override
  public void close() {
    resources.close();
  }
}
