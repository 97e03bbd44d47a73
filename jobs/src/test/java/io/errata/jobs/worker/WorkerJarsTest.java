package io.errata.jobs.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerJarsTest {
  private static final String SOURCE =
      """
      package com.example;

      import io.errata.api.*;
      import java.util.*;

      public class Own implements Worker<String> {
        public String name() { return "own"; }
        public int version() { return info.picocli.Own.VERSION + picocli.CommandLine.VERSION.length(); }
        public RowSchema reads() { return key(); }
        public RowSchema key() { return RowSchema.builder().column("k", ColumnType.TEXT).build(); }
        public RowSchema columns() { return RowSchema.builder().column("c", ColumnType.TEXT).build(); }
        public List<Row> keys(Event event) { return List.of(); }
        public String start(Row key) { return ""; }
        public String apply(String state, Row key, Event event, Effects effects) { return state; }
        public Optional<Row> result(Row key, String state) { return Optional.empty(); }
      }
      """;

  @TempDir private Path folder;

  @Test
  void jar_bringsItsOwnLibraries_andSharesTheInterfaceOfWorkers() throws IOException {
    Path jar = jar();
    try (WorkerJars jars = WorkerJars.open(List.of(jar))) {
      Worker<?> worker =
          WorkerCatalog.load(jars.loader()).workers().stream()
              .filter(each -> each.getClass().getName().equals("com.example.Own"))
              .findFirst()
              .orElseThrow();
      // A picocli of its own, whose release is "", beside the program's.
      assertThat(worker.version()).isEqualTo(7);
      assertThat(picocli.CommandLine.VERSION).isNotEmpty();
      assertThat(WorkerCatalog.codeDigest(worker)).isNotNull();
    }
    assertThat(WorkerCatalog.load(WorkerJarsTest.class.getClassLoader()).workers())
        .noneMatch(each -> each.getClass().getName().equals("com.example.Own"));
  }

  @Test
  void noJars_areTheClassPath() {
    try (WorkerJars jars = WorkerJars.open(List.of())) {
      assertThat(jars.loader()).isSameAs(Thread.currentThread().getContextClassLoader());
    }
  }

  @Test
  void file_thatIsNoJar_isNamed() throws IOException {
    Path text = Files.writeString(folder.resolve("worker.jar"), "none");
    for (Path wrong : List.of(text, folder.resolve("missing.jar"), folder)) {
      assertThatThrownBy(() -> WorkerJars.open(List.of(wrong)))
          .isInstanceOfSatisfying(
              ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_WORKER))
          .hasMessage("Cannot read the worker's jar " + wrong + ": it isn't there, or is no jar");
    }
  }

  private Path jar() throws IOException {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    compile(
        classes,
        "com/example/Own.java",
        SOURCE,
        "picocli/CommandLine.java",
        // Not a constant, which the compiler would take over.
        "package picocli; public class CommandLine { public static final String VERSION = new String(); }",
        "info/picocli/Own.java",
        "package info.picocli; public class Own { public static final int VERSION = 7; }");
    Path jar = folder.resolve("own.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String name : List.of("com/example/Own", "picocli/CommandLine", "info/picocli/Own")) {
        out.putNextEntry(new JarEntry(name + ".class"));
        out.write(Files.readAllBytes(classes.resolve(name + ".class")));
      }
      out.putNextEntry(new JarEntry("META-INF/services/" + Worker.class.getName()));
      out.write("com.example.Own".getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }

  private void compile(Path classes, String... filesAndTexts) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path")));
    for (int i = 0; i < filesAndTexts.length; i += 2) {
      Path source = folder.resolve("source").resolve(filesAndTexts[i]);
      Files.createDirectories(source.getParent());
      arguments.add(Files.writeString(source, filesAndTexts[i + 1]).toString());
    }
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, arguments.toArray(String[]::new)))
        .isZero();
  }
}
