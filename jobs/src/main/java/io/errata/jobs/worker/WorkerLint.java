package io.errata.jobs.worker;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Worker;
import java.io.IOException;
import java.io.InputStream;
import java.security.CodeSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.objectweb.asm.ClassReader;

/**
 * Looks through a worker's compiled code for what could make it answer differently twice: the
 * clock, chance, the network, files, threads, settings of the machine, identity, the order of hash
 * tables, and state that is kept between calls.
 *
 * <p>It reads the worker's class and every class of the same jar or folder that this one names, and
 * so on; libraries in jars of their own are not read. It looks at what is called, not at whether it
 * is reached.
 */
public final class WorkerLint {
  private final Worker<?> worker;
  private final ClassLoader classes;
  private final Set<String> seen = new LinkedHashSet<>();
  private final Deque<Class<?>> open = new ArrayDeque<>();

  private WorkerLint(Worker<?> worker) {
    this.worker = worker;
    ClassLoader own = worker.getClass().getClassLoader();
    this.classes = own == null ? ClassLoader.getSystemClassLoader() : own;
  }

  /**
   * What was found, by class and method.
   *
   * @throws ErrataException INVALID_WORKER where a class file can't be read
   */
  public static List<LintFinding> findings(Worker<?> worker) {
    return new WorkerLint(worker).walk();
  }

  private List<LintFinding> walk() {
    Set<LintFinding> findings = new LinkedHashSet<>();
    reach(worker.getClass().getName());
    while (!open.isEmpty()) {
      Class<?> type = open.pop();
      LintVisitor visitor = new LintVisitor(worker.getClass());
      try (InputStream in = ClassFiles.open(type)) {
        new ClassReader(in).accept(visitor, ClassReader.SKIP_FRAMES);
      } catch (IOException | IllegalArgumentException e) {
        throw new ErrataException(
            ErrorCode.INVALID_WORKER,
            "Cannot read the class file of "
                + type.getName()
                + " for worker "
                + worker.name()
                + ": "
                + e.getMessage(),
            "Put the worker in a jar or folder on the class path, compiled for a Java that this one can run.",
            e);
      }
      findings.addAll(visitor.findings());
      visitor.reached().forEach(this::reach);
    }
    List<LintFinding> sorted = new ArrayList<>(findings);
    sorted.sort(
        Comparator.comparing(LintFinding::severity)
            .thenComparing(LintFinding::type)
            .thenComparing(LintFinding::method)
            .thenComparing(LintFinding::what));
    return sorted;
  }

  private void reach(String name) {
    if (!seen.add(name)) {
      return;
    }
    try {
      Class<?> type = Class.forName(name, false, classes);
      CodeSource own = worker.getClass().getProtectionDomain().getCodeSource();
      CodeSource other = type.getProtectionDomain().getCodeSource();
      boolean together =
          own != null
              && other != null
              && own.getLocation() != null
              && own.getLocation().equals(other.getLocation());
      if (together || type == worker.getClass()) {
        open.add(type);
      }
    } catch (ClassNotFoundException | LinkageError e) {
      // A class that isn't there can't run either: whoever calls it fails in a way that the job
      // reports.
      seen.add(name);
    }
  }
}
