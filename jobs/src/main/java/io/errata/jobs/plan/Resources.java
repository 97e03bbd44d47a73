package io.errata.jobs.plan;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a plan under way holds open; given back in the reverse order, once, by whichever thread
 * comes first.
 */
final class Resources implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Resources.class);

  private final Deque<AutoCloseable> held = new ArrayDeque<>();
  private boolean closed;

  /** Takes something over, which is closed at once where these are closed already. */
  <T extends AutoCloseable> T hold(T resource) {
    synchronized (this) {
      if (!closed) {
        held.push(resource);
        return resource;
      }
    }
    close(resource);
    throw new IllegalStateException("Cannot go on: the plan was stopped");
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Closes all that is held; more can be held afterwards. */
  void release() {
    while (true) {
      AutoCloseable next;
      synchronized (this) {
        next = held.poll();
      }
      if (next == null) {
        return;
      }
      close(next);
    }
  }

  /** Closes all that is held, and lets nothing more be held. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    release();
  }

  private static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      LOG.warn("Cannot close {} cleanly", resource.getClass().getSimpleName(), e);
    }
  }
}
