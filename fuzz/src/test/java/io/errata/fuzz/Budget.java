package io.errata.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * How much memory a target may ask for while it reads one input. A small input that asks for much
 * is a bomb, whether the memory happens to be there or not.
 */
public final class Budget {
  /**
   * More than any input of a target's size needs, and less than a bomb. Jazzer's hooks take memory
   * in the same thread: at each access to raw memory, which decompression is made of.
   */
  private static final long MAX_BYTES = Long.getLong("errata.fuzz.budget", 192L << 20);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Budget() {}

  /** What reads an input. */
  @FunctionalInterface
  public interface Work {
    void run() throws Exception;
  }

  /**
   * Runs the work in this thread; where it asks for too much, once more, as the first time may have
   * loaded classes.
   *
   * @throws AssertionError where it asked for more memory than it may
   */
  public static void spend(Work work) throws Exception {
    if (spent(work) > MAX_BYTES) {
      long spent = spent(work);
      if (spent > MAX_BYTES) {
        throw new AssertionError("The input made its reader ask for " + (spent >> 20) + " MB");
      }
    }
  }

  private static long spent(Work work) throws Exception {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    work.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
