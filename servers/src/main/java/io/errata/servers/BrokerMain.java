package io.errata.servers;

import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The main class of a broker's process, with Kafka's jars on its class path: formats the storage
 * where that is needed, and starts the broker.
 */
public final class BrokerMain {
  private BrokerMain() {}

  /**
   * Runs a broker.
   *
   * @param args the file of its settings, its folder of data, the cluster's id
   */
  public static void main(String[] args) throws ReflectiveOperationException {
    ParentWatch.start();
    if (!Files.exists(Path.of(args[1], "meta.properties"))) {
      format(args[0], args[2]);
    }
    Class.forName("kafka.Kafka")
        .getMethod("main", String[].class)
        .invoke(null, (Object) new String[] {args[0]});
  }

  private static void format(String settings, String cluster) throws ReflectiveOperationException {
    Object status;
    try {
      status =
          Class.forName("kafka.tools.StorageTool")
              .getMethod("execute", String[].class, PrintStream.class)
              .invoke(null, new String[] {"format", "-t", cluster, "-c", settings}, System.out);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("Cannot format the storage of a broker", e.getCause());
    }
    if (!status.equals(0)) {
      throw new IllegalStateException("Cannot format the storage of a broker: " + status);
    }
  }
}
