package io.errata.it.breaks;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs tests in a JVM of their own, one after the other, and writes a line for each that ended:
 * what was asked for, its {@link Ended}, and what the failure says.
 */
final class SelectedTests {
  private SelectedTests() {}

  /** How a test ended. */
  enum Ended {
    PASSED,
    FAILED,
    /** Before or after the test itself: a class that couldn't be set up, or has no such test. */
    FAILED_ELSEWHERE,
    /** Classes that weren't compiled with each other. */
    NOT_LINKED,
    SKIPPED
  }

  /** The file for the lines, then the tests. */
  public static void main(String[] args) throws IOException {
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(Path.of(args[0])))) {
      Launcher launcher = LauncherFactory.create();
      for (String test : List.of(args).subList(1, args.length)) {
        try {
          LauncherDiscoveryRequest request =
              LauncherDiscoveryRequestBuilder.request()
                  .selectors(selectors(test, SelectedTests.class.getClassLoader()))
                  .configurationParameter("jqwik.database", "target/jqwik-database")
                  .build();
          launcher.execute(request, new Lines(test, out));
        } catch (ReflectiveOperationException e) {
          line(out, test, Ended.FAILED_ELSEWHERE, e.toString());
        }
      }
    }
    // A job that failed leaves threads of Flink behind.
    System.exit(0);
  }

  /**
   * What JUnit is asked for.
   *
   * @throws ReflectiveOperationException where there is no such test
   */
  static List<? extends DiscoverySelector> selectors(String test, ClassLoader classes)
      throws ReflectiveOperationException {
    String[] parts = test.split("#", 2);
    Class<?> type = Class.forName(parts[0], false, classes);
    if (parts.length == 1) {
      return List.of(selectClass(type));
    }
    List<Method> methods =
        ReflectionSupport.findMethods(
            type,
            method -> method.getName().equals(parts[1]) && !method.isBridge(),
            HierarchyTraversalMode.BOTTOM_UP);
    if (methods.isEmpty()) {
      throw new NoSuchMethodException(test);
    }
    return methods.stream().map(method -> selectMethod(type, method)).toList();
  }

  private static void line(PrintWriter out, String test, Ended ended, String says) {
    out.println(test + "\t" + ended + "\t" + says.strip().replaceAll("\\s+", " "));
    out.flush();
  }

  private record Lines(String test, PrintWriter out) implements TestExecutionListener {
    @Override
    public void executionSkipped(TestIdentifier identifier, String reason) {
      line(out, test, Ended.SKIPPED, reason);
    }

    @Override
    public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
      Optional<Throwable> thrown = result.getThrowable();
      Ended ended =
          switch (result.getStatus()) {
            case SUCCESSFUL -> Ended.PASSED;
            case ABORTED -> Ended.SKIPPED;
            case FAILED -> identifier.isTest() ? Ended.FAILED : Ended.FAILED_ELSEWHERE;
          };
      if (thrown.map(Lines::isLinkage).orElse(false)) {
        ended = Ended.NOT_LINKED;
      }
      if (identifier.isTest() || ended != Ended.PASSED) {
        line(out, test, ended, thrown.map(Throwable::toString).orElse(""));
        thrown.ifPresent(Throwable::printStackTrace);
      }
    }

    private static boolean isLinkage(Throwable thrown) {
      for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
        if (cause instanceof LinkageError) {
          return true;
        }
      }
      return false;
    }
  }
}
