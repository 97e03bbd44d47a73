package io.errata.servers;

/**
 * The main class of the process of an HDFS, with Hadoop's jars on its class path: a name node and a
 * data node, on ports that are free.
 */
public final class HdfsMain {
  private HdfsMain() {}

  /**
   * Runs an HDFS, and prints its URI once it takes files.
   *
   * @param args its folder of data
   */
  public static void main(String[] args) throws ReflectiveOperationException {
    ParentWatch.start();
    Class<?> settingsClass = Class.forName("org.apache.hadoop.conf.Configuration");
    Object settings = settingsClass.getConstructor().newInstance();
    settingsClass
        .getMethod("set", String.class, String.class)
        .invoke(settings, "hdfs.minidfs.basedir", args[0]);
    Class<?> builderClass = Class.forName("org.apache.hadoop.hdfs.MiniDFSCluster$Builder");
    Object builder = builderClass.getConstructor(settingsClass).newInstance(settings);
    builderClass.getMethod("numDataNodes", int.class).invoke(builder, 1);
    Object cluster = builderClass.getMethod("build").invoke(builder);
    cluster.getClass().getMethod("waitActive").invoke(cluster);
    System.out.println(cluster.getClass().getMethod("getURI").invoke(cluster));
  }
}
