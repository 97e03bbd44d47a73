package io.errata.jobs.cli;

import io.errata.jobs.telemetry.Telemetry;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The program: runs a command line, and leaves nothing behind however it ends. */
public final class Main {
  /** How long what is under way may take to be given up, once the person wants to stop. */
  private static final int GIVE_UP_SECONDS = 45;

  /** As long where there is nothing to give up, such as while a connection is being made. */
  private static final int LEAVE_SECONDS = 3;

  /** How long threads of others may keep the process from ending. */
  private static final int END_SECONDS = 60;

  /** As a shell has it: 128 and the number of SIGINT. */
  private static final int INTERRUPTED = 130;

  private Main() {}

  /**
   * Runs a command line and ends the process with its exit status. In the job manager of a cluster
   * (application mode, or a job that was submitted through its web server) it returns instead, or
   * throws where the status isn't 0.
   */
  public static void main(String[] args) {
    // Before the first logger is made, which is when the level is read.
    if (Arrays.asList(args).contains("--debug")) {
      logMore();
    }
    PrintStream earlierOut = System.out;
    PrintStream earlierErr = System.err;
    Charset charset = ErrorStream.charset();
    ErrorStream errors = new ErrorStream(new FileOutputStream(FileDescriptor.err), charset);
    System.setErr(errors.print());
    // A cluster's client says there which job it has submitted; standard output is the command's.
    System.setOut(errors.print());
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, charset);
    Cancellation cancellation = new Cancellation();
    CountDownLatch done = new CountDownLatch(1);
    Thread stop = new Thread(() -> stop(cancellation, done), "errata-stop");
    Runtime.getRuntime().addShutdownHook(stop);
    Terminal terminal = Terminal.find(System.getenv());
    if (terminal.in()
        && terminal.err()
        && !Arrays.asList(args).contains("--json")
        && !isRunByCluster()) {
      Interrupt.listen(cancellation, errors, INTERRUPTED);
    }
    Session session =
        new Session(
            new InstalledOperations(),
            out,
            errors,
            terminal,
            cancellation,
            Path.of("").toAbsolutePath(),
            System.getenv(),
            new Telemetry(System.getenv(), Clock.systemUTC()));
    int status = 1;
    try {
      status = new Cli(session).run(args);
    } finally {
      out.flush();
      done.countDown();
      if (isRunByCluster()) {
        // A job manager of many plans would keep the classes of each.
        leave(stop);
        System.setOut(earlierOut);
        System.setErr(earlierErr);
      }
      end(status);
    }
  }

  private static void logMore() {
    System.getProperties().putIfAbsent("errata.log.level", "DEBUG");
    System.getProperties().putIfAbsent("errata.log.flink", "INFO");
    System.getProperties().putIfAbsent("errata.log.trace", "full");
  }

  /**
   * Ends the process although Flink leaves threads; its shutdown hooks still run, for they delete
   * its folders.
   */
  private static void end(int status) {
    if (isRunByCluster()) {
      if (status != 0) {
        throw new IllegalStateException("Errata ended with exit status " + status);
      }
      return;
    }
    haltLater(status);
    System.exit(status);
  }

  private static void leave(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process ends, and the hook has run or runs.
    }
  }

  /**
   * Whether a cluster runs this program, in its job manager. Ending that process would keep a
   * cluster that is there for this program alone from noting that the application is done; one that
   * is kept alive, as on Kubernetes, would then begin from the start. Others would lose their jobs.
   */
  static boolean isRunByCluster() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames.anyMatch(
                    frame ->
                        frame
                            .getClassName()
                            .startsWith("org.apache.flink.client.deployment.application.")));
  }

  /**
   * Runs when the process ends, for whatever reason: gives up what is under way, where there is
   * anything.
   */
  private static void stop(Cancellation cancellation, CountDownLatch done) {
    if (done.getCount() == 0) {
      return;
    }
    haltLater(INTERRUPTED);
    boolean busy = cancellation.cancel();
    try {
      // The worker closes what it has opened, deletes what it has staged, and tells that it was
      // stopped.
      if (!done.await(busy ? GIVE_UP_SECONDS : LEAVE_SECONDS, TimeUnit.SECONDS)) {
        Runtime.getRuntime().halt(INTERRUPTED);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void haltLater(int status) {
    Thread halt =
        new Thread(
            () -> {
              try {
                TimeUnit.SECONDS.sleep(END_SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(status);
            },
            "errata-halt");
    halt.setDaemon(true);
    halt.start();
  }
}
