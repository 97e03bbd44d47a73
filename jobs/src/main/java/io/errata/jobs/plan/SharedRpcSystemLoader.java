package io.errata.jobs.plan;

import java.util.ServiceLoader;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.rpc.RpcSystem;
import org.apache.flink.runtime.rpc.RpcSystemLoader;
import org.apache.flink.runtime.rpc.exceptions.RpcLoaderException;

/**
 * Takes Flink's remote procedure calls from the class path, where {@code ./errata} has them, so
 * that the JVM finds their classes in its archive. Flink's own loader, which is asked where they
 * are not there, unpacks a jar and loads them by a class loader of their own, which the archive
 * can't have.
 */
public final class SharedRpcSystemLoader implements RpcSystemLoader {
  /** Flink's own have 0 and more; the least is asked first. */
  private static final int BEFORE_FLINKS = -1;

  @Override
  public int getLoadPriority() {
    return BEFORE_FLINKS;
  }

  @Override
  public RpcSystem loadRpcSystem(Configuration configuration) {
    return ServiceLoader.load(RpcSystem.class)
        .findFirst()
        .orElseThrow(() -> new RpcLoaderException("No RpcSystem is on the class path."));
  }
}
