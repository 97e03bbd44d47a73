package io.errata.it.breaks;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A copy of the repository with its compiled classes, in which code is broken: only the changed
 * file is compiled, by the same compiler and into the folder where Maven would put it. Not
 * thread-safe.
 */
final class TreeCopy implements AutoCloseable {
  /** All classes in one, which tests of the launcher and of clusters start. */
  private static final String JAR = "jobs/target/errata.jar";

  private static final Set<String> LEFT_OUT = Set.of(".git", ".idea", "target", "plans");

  private final Path root;
  private final Path folder;
  private final List<Path> modules;
  private final List<Path> classPath;

  private TreeCopy(Path root, Path folder, List<Path> modules, List<Path> classPath) {
    this.root = root;
    this.folder = folder;
    this.modules = modules;
    this.classPath = classPath;
  }

  /**
   * Copies a built tree.
   *
   * @param classPath of the tests; its parts below {@code root} are looked for in the copy
   */
  static TreeCopy of(Path root, Path folder, String classPath) throws IOException {
    copy(root, folder);
    List<Path> modules = new ArrayList<>();
    try (Stream<Path> children = Files.list(root)) {
      for (Path module : children.sorted().toList()) {
        if (Files.isRegularFile(module.resolve("pom.xml"))) {
          modules.add(folder.resolve(module.getFileName()));
          for (String classes : List.of("target/classes", "target/test-classes")) {
            if (Files.isDirectory(module.resolve(classes))) {
              copy(module.resolve(classes), folder.resolve(module.getFileName()).resolve(classes));
            }
          }
        }
      }
    }
    Set<Path> copied = new LinkedHashSet<>();
    for (Path module : modules) {
      copied.add(module.resolve("target/test-classes"));
    }
    for (String entry : classPath.split(File.pathSeparator)) {
      Path path = Path.of(entry).toAbsolutePath().normalize();
      if (!path.startsWith(root)) {
        copied.add(path);
      } else if (!path.endsWith("test-classes")) {
        // Within a whole build, the jar of the module instead of its classes.
        copied.add(folder.resolve(root.relativize(path).getName(0)).resolve("target/classes"));
      }
    }
    // As they are built, for tests that start processes.
    for (String built : List.of("jobs/target/lib", "stores/target/plugins")) {
      if (Files.isDirectory(root.resolve(built))) {
        Files.createDirectories(folder.resolve(built).getParent());
        Files.createSymbolicLink(folder.resolve(built), root.resolve(built));
      }
    }
    if (Files.exists(root.resolve(JAR))) {
      Files.copy(root.resolve(JAR), folder.resolve(JAR));
    }
    Files.createDirectories(folder.resolve("tmp"));
    return new TreeCopy(root, folder, modules, List.copyOf(copied));
  }

  Path folder() {
    return folder;
  }

  String classPath() {
    return String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList());
  }

  /** The module whose test a class is: the tests run in its folder, as Maven does it. */
  Path moduleOf(String testClass) {
    String file = testClass.replace('.', '/') + ".class";
    for (Path module : modules) {
      if (Files.exists(module.resolve("target/test-classes").resolve(file))) {
        return module;
      }
    }
    throw new IllegalArgumentException("Cannot find the test " + testClass + " in any module");
  }

  /**
   * Breaks the code, until the result is closed.
   *
   * @throws NotCompiledException where the broken code is no Java
   */
  Broken apply(Break one) throws IOException, NotCompiledException {
    Broken broken = new Broken();
    try {
      Set<Path> changed = new LinkedHashSet<>();
      for (Break.Change change : one.changes()) {
        Path file = folder.resolve(change.file());
        broken.keep(file);
        Files.writeString(file, change.in(Files.readString(file)));
        changed.add(file);
      }
      for (Path module : modules) {
        compile(
            module.resolve("target/classes"),
            changed.stream().filter(file -> file.startsWith(module.resolve("src/main"))).toList(),
            broken);
      }
      if (one.inJar()) {
        broken.putIntoJar();
      }
      return broken;
    } catch (IOException | NotCompiledException | RuntimeException e) {
      broken.close();
      throw e;
    }
  }

  private void compile(Path classes, List<Path> changed, Broken broken)
      throws IOException, NotCompiledException {
    List<Path> sources = new ArrayList<>();
    for (Path file : changed) {
      // Below src/main/java or src/main/resources.
      Path below = file.subpath(folder.getNameCount() + 4, file.getNameCount());
      Path compiled = classes.resolve(below);
      if (file.toString().endsWith(".java")) {
        sources.add(file);
        broken.keepClasses(
            compiled.resolveSibling(below.getFileName().toString().replace(".java", "")));
      } else {
        broken.keep(compiled);
        Files.copy(file, compiled, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (sources.isEmpty()) {
      return;
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter output = new StringWriter();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      List<String> options =
          List.of(
              "--release",
              "17",
              "-parameters",
              "-g",
              "-proc:none",
              "-nowarn",
              "-implicit:none",
              "-d",
              classes.toString(),
              "-cp",
              classPath());
      if (!compiler
          .getTask(output, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
          .call()) {
        throw new NotCompiledException(output.toString());
      }
    }
  }

  @Override
  public void close() {
    delete(folder);
  }

  /** Deletes a folder and all in it, while others may do so as well. */
  static void delete(Path folder) {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException e)
                throws IOException {
              Files.deleteIfExists(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes)
              throws IOException {
            if (!visited.equals(from) && LEFT_OUT.contains(visited.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(from.relativize(visited).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(
                file,
                to.resolve(from.relativize(file).toString()),
                LinkOption.NOFOLLOW_LINKS,
                StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** The files of before, put back when closed. */
  final class Broken implements AutoCloseable {
    private final Map<Path, byte[]> before = new LinkedHashMap<>();
    private final Set<Path> types = new LinkedHashSet<>();
    private boolean jar;

    private void keep(Path file) throws IOException {
      if (!before.containsKey(file)) {
        before.put(file, Files.readAllBytes(file));
      }
    }

    private void keepClasses(Path type) throws IOException {
      types.add(type);
      for (Path file : classes(type)) {
        keep(file);
      }
    }

    private void putIntoJar() throws IOException {
      jar = true;
      try (FileSystem entries = FileSystems.newFileSystem(folder.resolve(JAR))) {
        for (Path type : types) {
          for (Path file : classes(type)) {
            // Behind module/target/classes.
            Path below = file.subpath(folder.getNameCount() + 3, file.getNameCount());
            Files.copy(file, entries.getPath("/" + below), StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }

    @Override
    public void close() throws IOException {
      if (jar) {
        Files.copy(root.resolve(JAR), folder.resolve(JAR), StandardCopyOption.REPLACE_EXISTING);
      }
      for (Path type : types) {
        for (Path file : classes(type)) {
          Files.delete(file);
        }
      }
      for (Map.Entry<Path, byte[]> file : before.entrySet()) {
        Files.write(file.getKey(), file.getValue());
      }
    }

    private List<Path> classes(Path type) throws IOException {
      String name = type.getFileName().toString();
      try (Stream<Path> files = Files.list(type.getParent())) {
        return files
            .filter(
                file -> {
                  String other = file.getFileName().toString();
                  return other.equals(name + ".class")
                      || (other.startsWith(name + "$") && other.endsWith(".class"));
                })
            .toList();
      }
    }
  }

  /** The broken code is no Java. */
  static final class NotCompiledException extends Exception {
    private static final long serialVersionUID = 1L;

    NotCompiledException(String output) {
      super(output);
    }
  }
}
