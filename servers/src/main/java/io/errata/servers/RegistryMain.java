package io.errata.servers;

/** The main class of a registry's process, with the registry's own jar on its class path. */
public final class RegistryMain {
  private RegistryMain() {}

  /** Runs a registry; its settings are system properties. */
  public static void main(String[] args) throws ReflectiveOperationException {
    ParentWatch.start();
    Class.forName("io.quarkus.runner.GeneratedMain")
        .getMethod("main", String[].class)
        .invoke(null, (Object) args);
  }
}
