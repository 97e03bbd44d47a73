package io.errata.state.table.csv;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Lets one write to a table after the other: within this process by a semaphore, among processes by
 * a lock on a file that is there for nothing else. The system gives it up when a process dies.
 */
final class CsvLock implements AutoCloseable {
  private static final long PAUSE_MILLIS = 25;

  /** A lock of the system is the process's, and doesn't keep out another thread of it. */
  private static final Map<Path, Semaphore> HERE = new ConcurrentHashMap<>();

  private final Semaphore here;
  private final FileChannel channel;

  private CsvLock(Semaphore here, FileChannel channel) {
    this.here = here;
    this.channel = channel;
  }

  /**
   * Waits until it is to be had.
   *
   * @param table the table's real path
   * @param attempt what it is for, to begin the message of an error with
   * @param closed whether to give up
   * @throws ErrataException UNAVAILABLE where the time is over, CANCELLED where it was given up,
   *     FORBIDDEN where its file can't be written
   */
  static CsvLock acquire(Path table, Duration timeout, String attempt, BooleanSupplier closed) {
    Path file = CsvFiles.lock(table);
    Semaphore here = HERE.computeIfAbsent(file, path -> new Semaphore(1));
    long end = System.nanoTime() + timeout.toNanos();
    while (!tryHere(here)) {
      checkWaiting(end, timeout, attempt, closed);
    }
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      try {
        for (FileLock lock = channel.tryLock(); lock == null; lock = channel.tryLock()) {
          checkWaiting(end, timeout, attempt, closed);
          pause();
        }
        return new CsvLock(here, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      here.release();
      throw CsvErrors.failed(attempt, e);
    } catch (RuntimeException e) {
      here.release();
      throw e;
    }
  }

  private static boolean tryHere(Semaphore here) {
    try {
      return here.tryAcquire(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CsvErrors.cancelled();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CsvErrors.cancelled();
    }
  }

  private static void checkWaiting(
      long end, Duration timeout, String attempt, BooleanSupplier closed) {
    if (closed.getAsBoolean()) {
      throw CsvErrors.cancelled();
    }
    if (System.nanoTime() - end > 0) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          attempt
              + ": the lock was not to be had in time; another apply or rollback holds it (lock time-out "
              + timeout
              + ")",
          "Wait for that one to end, or raise the lock time-out; nothing was written.");
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The system gives the lock up all the same, at the latest with the process.
      CsvWrite.LOG.debug("Could not close the lock", e);
    } finally {
      here.release();
    }
  }
}
