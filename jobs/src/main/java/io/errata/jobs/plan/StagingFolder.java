package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.plan.PlanDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a run keeps what is not yet a plan: {@code .staging-…} below the folder of plans, with the
 * {@code files} and a {@code lease}. A run that is killed leaves it behind; the next run in the
 * same folder of plans then removes it.
 *
 * <p>The lease says which process works there, and is renewed from time to time. A run is taken for
 * gone where that process is one of this machine and no longer there, or where its lease is older
 * than {@link #ABANDONED}, by the clock of the file system: so a run on another machine is never
 * disturbed while it lives. Thread-safe.
 */
final class StagingFolder implements AutoCloseable {
  /** The age of a lease, or of what lies there without one, that no living run lets come. */
  static final Duration ABANDONED = Duration.ofHours(1);

  private static final Duration RENEWAL = Duration.ofMinutes(5);
  private static final String PREFIX = ".staging-";
  private static final String LEASE = "lease";
  private static final Logger LOG = LoggerFactory.getLogger(StagingFolder.class);

  private final FlinkPlanStorage plans;
  private final String folder;
  private final boolean ofRun;
  private final ScheduledExecutorService renewal;
  private String sealing = "";
  private boolean closed;

  private StagingFolder(FlinkPlanStorage plans, String folder, boolean ofRun) {
    this.plans = plans;
    this.folder = folder;
    this.ofRun = ofRun;
    this.renewal =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "errata-staging-lease");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Takes a folder, and removes those of runs that are gone.
   *
   * @param plans whose folder holds plans
   * @param run a name that no other run has
   */
  static StagingFolder take(FlinkPlanStorage plans, String run) {
    StagingFolder taken = new StagingFolder(plans, PREFIX + run, false);
    try {
      taken.write();
      taken.removeAbandoned();
    } catch (RuntimeException e) {
      taken.close();
      throw e;
    }
    taken.renewFromNowOn();
    return taken;
  }

  /**
   * Takes the folder of a run that can be resumed: it stays when this is closed, and no other run
   * removes it.
   *
   * @param folder its name
   */
  static StagingFolder takeRun(FlinkPlanStorage plans, String folder) {
    StagingFolder taken = new StagingFolder(plans, folder, true);
    taken.write();
    taken.renewFromNowOn();
    return taken;
  }

  /** The folders that runs have taken which can't be resumed. */
  static List<String> find(FlinkPlanStorage plans) {
    return plans.folders("").stream().filter(name -> name.startsWith(PREFIX)).toList();
  }

  /** The process of this machine that has taken a folder, and lives. */
  static OptionalLong process(FlinkPlanStorage plans, String folder) {
    if (!plans.exists(lease(folder))) {
      return OptionalLong.empty();
    }
    return read(plans, lease(folder))
        .lines()
        .findFirst()
        .flatMap(ProcessIdentity::parse)
        .filter(process -> process.state() == ProcessIdentity.State.ALIVE)
        .map(process -> OptionalLong.of(process.number()))
        .orElse(OptionalLong.empty());
  }

  /**
   * What is known of the process that has taken a folder.
   *
   * @return empty where nobody has it, or whoever had it is gone
   */
  static Optional<ProcessIdentity.State> holder(FlinkPlanStorage plans, String folder) {
    if (!plans.exists(lease(folder))) {
      return Optional.empty();
    }
    StagingFolder asking = new StagingFolder(plans, folder, true);
    Optional<Found> found = asking.look(folder, asking.now());
    asking.renewal.shutdownNow();
    return found.filter(Found::abandoned).isPresent()
        ? Optional.empty()
        : Optional.of(
            ProcessIdentity.parse(read(plans, lease(folder)).split("\n", -1)[0])
                .map(ProcessIdentity::state)
                .orElse(ProcessIdentity.State.UNKNOWN));
  }

  /** By the clock of the file system. */
  private long now() {
    String probe = folder + "/probe";
    try (OutputStream out = plans.write(probe)) {
      out.write('\n');
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot write " + plans.location() + "/" + probe + ": the file system failed",
          "Check that the folder can be reached and written, and try again.",
          e);
    }
    long now = plans.modified(probe);
    plans.delete(probe);
    return now;
  }

  private void renewFromNowOn() {
    renewal.scheduleWithFixedDelay(
        this::renew, RENEWAL.toSeconds(), RENEWAL.toSeconds(), TimeUnit.SECONDS);
  }

  /**
   * Writes something about the run beside its files, unless another thread has closed this: the
   * folder would come back.
   *
   * @throws IOException where the file system fails
   */
  synchronized void note(String name, byte[] text) throws IOException {
    if (closed) {
      return;
    }
    try (OutputStream out = plans.write(folder + "/" + name)) {
      out.write(text);
    }
  }

  /** The folder of the files that will be the plan's, below the folder of plans. */
  String files() {
    return folder + "/files";
  }

  /**
   * Notes which plan the files are about to become.
   *
   * @throws ErrataException UNAVAILABLE where the folder was removed meanwhile, as after a machine
   *     was suspended
   */
  synchronized void seal(String plan) {
    if (!plans.exists(lease(folder))) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot seal plan "
              + plan
              + ": another run took this one for gone and removed its files ("
              + plans.location()
              + "/"
              + folder
              + ")",
          "Plan again; nothing was written.");
    }
    sealing = plan;
    write();
  }

  private synchronized void renew() {
    if (closed) {
      return;
    }
    try {
      if (plans.exists(lease(folder))) {
        write();
      }
    } catch (RuntimeException e) {
      LOG.warn("Cannot renew the lease of {}/{}", plans.location(), folder, e);
    }
  }

  private void write() {
    String text =
        ProcessIdentity.current().map(ProcessIdentity::toString).orElse("") + "\n" + sealing + "\n";
    try (OutputStream out = plans.write(lease(folder))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot write " + plans.location() + "/" + lease(folder) + ": the file system failed",
          "Check that the folder can be reached and written, and try again.",
          e);
    }
  }

  private static String lease(String folder) {
    return folder + "/" + LEASE;
  }

  /** A run's folder, as it is found. */
  private record Found(String folder, boolean abandoned, String sealing) {}

  private void removeAbandoned() {
    long now = plans.modified(lease(folder));
    List<Found> all = new ArrayList<>();
    for (String other : plans.folders("")) {
      if (other.startsWith(PREFIX) && !other.equals(folder)) {
        look(other, now).ifPresent(all::add);
      }
    }
    Set<String> beingSealed = new TreeSet<>();
    all.stream().filter(f -> !f.abandoned()).forEach(f -> beingSealed.add(f.sealing()));
    for (Found found : all) {
      if (found.abandoned()) {
        remove(found, beingSealed);
      }
    }
  }

  /** Empty where it has gone meanwhile, or can't be read: the next run may try. */
  private Optional<Found> look(String other, long now) {
    try {
      boolean leased = plans.exists(lease(other));
      String[] lines = leased ? read(plans, lease(other)).split("\n", -1) : new String[] {""};
      ProcessIdentity.State state =
          ProcessIdentity.parse(lines[0])
              .map(ProcessIdentity::state)
              .orElse(ProcessIdentity.State.UNKNOWN);
      boolean abandoned =
          switch (state) {
            case ALIVE -> false;
            case GONE -> true;
            case UNKNOWN -> now - newest(other) > ABANDONED.toMillis();
          };
      return Optional.of(new Found(other, abandoned, lines.length > 1 ? lines[1] : ""));
    } catch (ErrataException e) {
      LOG.debug("Cannot look at {}/{}", plans.location(), other, e);
      return Optional.empty();
    }
  }

  private static String read(FlinkPlanStorage plans, String path) {
    try (InputStream in = plans.read(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot read " + plans.location() + "/" + path + ": the file system failed",
          "Check that the folder can be reached, and try again.",
          e);
    }
  }

  private long newest(String other) {
    List<String> files = plans.list(other);
    // A folder of a store has no time, and is there only while something is in it.
    long newest = files.isEmpty() ? plans.modified(other) : 0;
    for (String file : files) {
      newest = Math.max(newest, plans.modified(file));
    }
    return newest;
  }

  private void remove(Found found, Set<String> beingSealed) {
    try {
      String plan = found.sealing();
      // Files that were moved to where the plan would have been; it is none without its manifest.
      if (plan.matches("[0-9a-f]{32}")
          && !beingSealed.contains(plan)
          && !plans.exists(plan + "/" + PlanDirectory.MANIFEST)) {
        plans.delete(plan);
      }
      plans.deleteFolder(found.folder());
      LOG.info("Removed {}/{}, which a run left that is gone", plans.location(), found.folder());
    } catch (ErrataException e) {
      LOG.warn("Cannot remove {}/{}", plans.location(), found.folder(), e);
    }
  }

  /** Removes the folder; that of a run is given back and stays. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    renewal.shutdownNow();
    if (ofRun) {
      plans.delete(lease(folder));
    } else {
      plans.deleteFolder(folder);
    }
  }
}
