package io.errata.testkit.kafka;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The main class of a broker's process, with Kafka's jars on its class path: formats the storage
 * where that is needed, starts the broker, and ends when the process that started it is gone, which
 * it sees by its standard input.
 */
public final class BrokerMain {
  private BrokerMain() {}

  /**
   * Runs a broker.
   *
   * @param args the file of its settings, its folder of data, the cluster's id
   */
  public static void main(String[] args) throws ReflectiveOperationException {
    Thread parent = new Thread(BrokerMain::endWithParent, "parent");
    parent.setDaemon(true);
    parent.start();
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

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes: the end is all that there is to wait for.
        continue;
      }
    } catch (IOException e) {
      // As good as its end.
      System.err.println("Standard input is gone");
    }
    Runtime.getRuntime().halt(0);
  }
}
