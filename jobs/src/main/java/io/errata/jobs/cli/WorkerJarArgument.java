package io.errata.jobs.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Workers of the user that are not on the class path. */
final class WorkerJarArgument {
  @Option(
      names = "--worker-jar",
      paramLabel = "JAR",
      description = {
        "A jar with workers, loaded apart from the program's own libraries. Can be given again."
      })
  private List<Path> jars = new ArrayList<>();

  List<Path> jars(Session session) {
    return jars.stream().map(jar -> session.folder().resolve(jar).normalize()).toList();
  }
}
