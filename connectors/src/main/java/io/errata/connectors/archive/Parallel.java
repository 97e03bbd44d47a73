package io.errata.connectors.archive;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Asks a store several things at once: most of the time is spent waiting for it. */
final class Parallel {
  private static final int THREADS = 8;

  private Parallel() {}

  /** The results in the order of the inputs. */
  static <T, R> List<R> map(List<T> inputs, Function<T, R> function) {
    if (inputs.size() < 2) {
      return inputs.stream().map(function).toList();
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(THREADS, inputs.size()),
            task -> {
              Thread thread = new Thread(task, "errata-archive");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<R>> futures = new ArrayList<>(inputs.size());
      for (T input : inputs) {
        futures.add(threads.submit(() -> function.apply(input)));
      }
      List<R> results = new ArrayList<>(inputs.size());
      for (Future<R> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrataException(
          ErrorCode.CANCELLED, "Cannot read the archive: interrupted", "Start it again.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }
}
