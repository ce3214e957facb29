import Foundation
import Testing

@testable import ResShift

/// What the system says of memory, from texts as they stand in Linux.
@Suite struct SystemMemoryTests {
  private func available(_ files: [String: String]) -> Int? { ControlGroup.available { files[$0] } }

  @Test("Of groups within groups the tightest counts, version 2")
  func nestedGroups() {
    var files = [
      "/proc/self/cgroup": "0::/user.slice/job.scope\n",
      "/proc/self/mountinfo": "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
      "/sys/fs/cgroup/user.slice/memory.max": "1000\n", "/sys/fs/cgroup/user.slice/memory.current": "900\n",
      "/sys/fs/cgroup/user.slice/memory.stat": "anon 1\ninactive_file 300\nactive_file 100\n",
      "/sys/fs/cgroup/user.slice/job.scope/memory.max": "max\n",
      "/sys/fs/cgroup/user.slice/job.scope/memory.current": "5\n",
    ]
    #expect(available(files) == 500)
    files["/sys/fs/cgroup/user.slice/job.scope/memory.high"] = "105\n"
    #expect(available(files) == 100)
    files["/proc/self/cgroup"] = "0::/\n"
    #expect(available(files) == nil)
  }

  @Test("Version 1, beside an empty version 2; no limit is a number as large as can be")
  func versionOne() {
    let folder = "/sys/fs/cgroup/memory"
    var files = [
      "/proc/self/cgroup": "5:devices:/\n4:cpu,memory:/slurm/job_7\n0::/\n",
      "/proc/self/mountinfo": """
      31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
      35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,cpu,memory
      41 31 0:39 / /sys/fs/cgroup/unified rw - cgroup2 none rw
      """,
      "\(folder)/memory.limit_in_bytes": "9223372036854771712\n", "\(folder)/memory.usage_in_bytes": "77\n",
      "\(folder)/slurm/job_7/memory.limit_in_bytes": "2000\n", "\(folder)/slurm/job_7/memory.usage_in_bytes": "1500\n",
      "\(folder)/slurm/job_7/memory.stat": "inactive_file 0\ntotal_inactive_file 200\ntotal_active_file 100\n",
    ]
    #expect(available(files) == 800)
    files["\(folder)/slurm/memory.limit_in_bytes"] = "1600"
    files["\(folder)/slurm/memory.usage_in_bytes"] = "1500"
    #expect(available(files) == 100)
  }

  @Test("In a container the group itself is what is mounted, whether its own name can be seen or not")
  func containers() {
    let files = [
      "/proc/self/mountinfo": "700 690 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
      "/sys/fs/cgroup/memory.max": "500", "/sys/fs/cgroup/memory.current": "100",
      "/sys/fs/cgroup/inner/memory.max": "450", "/sys/fs/cgroup/inner/memory.current": "90",
    ]
    for (path, bytes) in [("/docker/abc", 400), ("/docker/abc/inner", 360), ("/elsewhere", 400)] {
      #expect(available(files.merging(["/proc/self/cgroup": "0::\(path)\n"]) { $1 }) == bytes, "\(path)")
    }
  }

  @Test func whatThisMachineHasIsKnown() throws {
    let total = try #require(SystemMemory.total)
    let available = try #require(SystemMemory.available)
    #expect(available > 0 && available <= total)
  }
}
