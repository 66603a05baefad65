package dev.aether.faults.failpoint;

import dev.aether.faults.topology.FaultyProcess;
import dev.aether.faults.topology.Link;
import dev.aether.faults.topology.Servers;
import dev.aether.faults.topology.Waiting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Injects a plan's faults one after another. A target comes back by itself when its time is over,
 * so faults of different targets overlap; a fault of a target that is not back yet waits for it.
 */
public final class FaultInjector {
  private final Map<String, FaultyProcess> processes;
  private final Map<String, Link> links;
  private final BiConsumer<Fault, Long> onFault;
  private final Map<String, CompletableFuture<Void>> recoveries = new HashMap<>();
  private final List<String> endedByThemselves = new ArrayList<>();
  private final ExecutorService executor =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "aether-faults-recovery");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param onFault is called before each fault, with the milliseconds since the start
   */
  public FaultInjector(Servers servers, BiConsumer<Fault, Long> onFault) {
    processes =
        servers.processes().stream()
            .collect(Collectors.toMap(FaultyProcess::name, Function.identity()));
    links = servers.links().stream().collect(Collectors.toMap(Link::name, Function.identity()));
    this.onFault = onFault;
  }

  /**
   * Injects all faults and blocks until every target is back.
   *
   * @return the endings of processes that no fault had ended; they were restarted
   * @throws java.util.concurrent.CompletionException if a process did not come back
   */
  public List<String> run(List<Fault> plan) {
    long begin = System.nanoTime();
    for (Fault fault : plan) {
      Waiting.pause(fault.after());
      recovery(fault.target()).join();
      recoveries.values().stream()
          .filter(CompletableFuture::isCompletedExceptionally)
          .forEach(CompletableFuture::join);
      processes.values().stream()
          .filter(process -> recovery(process.name()).isDone())
          .forEach(this::checkUp);
      onFault.accept(fault, (System.nanoTime() - begin) / 1_000_000);
      Runnable recovery = inject(fault);
      recoveries.put(
          fault.target(),
          CompletableFuture.runAsync(
              () -> {
                Waiting.pause(fault.hold());
                recovery.run();
              },
              executor));
    }
    recoveries.values().forEach(CompletableFuture::join);
    processes.values().forEach(this::checkUp);
    executor.shutdown();
    return List.copyOf(endedByThemselves);
  }

  private CompletableFuture<Void> recovery(String target) {
    return recoveries.getOrDefault(target, CompletableFuture.completedFuture(null));
  }

  /** Returns what ends the fault. */
  private Runnable inject(Fault fault) {
    if (fault.kind() == Fault.Kind.CUT) {
      Link link = Objects.requireNonNull(links.get(fault.target()), fault.target());
      link.cut();
      return link::mend;
    }
    FaultyProcess process = Objects.requireNonNull(processes.get(fault.target()), fault.target());
    return switch (fault.kind()) {
      case SIGKILL -> {
        process.kill();
        yield process::restart;
      }
      case SIGTERM -> {
        process.terminate();
        yield process::restart;
      }
      case SIGSTOP -> {
        process.suspend();
        yield process::resume;
      }
      case CUT -> throw new IllegalArgumentException(fault.toString());
    };
  }

  private void checkUp(FaultyProcess process) {
    if (!process.isUp()) {
      endedByThemselves.add(process.ending());
      process.kill(); // It may still run if only the shell that watches it has ended.
      process.restart();
    }
  }
}
