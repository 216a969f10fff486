"""Energy and carbon of a run, estimated from what the machine did.

Coefficients: Cloud Carbon Footprint, "Methodology" and its AWS constants (2024): watts of a virtual
CPU at rest and at full load, watts of memory, power usage effectiveness of AWS, and grams of CO2
equivalents per kilowatt-hour of each region's grid (EPA eGRID, European Environment Agency, carbon
footprint.com). They are averages: compare runs with them, and do not report them as a measurement.
A GPU's power is measured where nvidia-smi tells it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Watts of a virtual CPU at rest and at full load, and of a gigabyte of memory; and the energy that
# a data centre of AWS takes beside that of its machines, as a factor.
IDLE_WATTS = 0.74
FULL_WATTS = 3.5
MEMORY_WATTS_PER_GB = 0.392
AWS_POWER_USAGE = 1.135

# Grams of CO2 equivalents per kilowatt-hour.
GRID_INTENSITY = {
    "af-south-1": 928.0,
    "ap-east-1": 810.0,
    "ap-northeast-1": 506.0,
    "ap-northeast-2": 500.0,
    "ap-northeast-3": 506.0,
    "ap-south-1": 708.0,
    "ap-southeast-1": 408.5,
    "ap-southeast-2": 790.0,
    "ca-central-1": 130.0,
    "cn-north-1": 555.0,
    "cn-northwest-1": 555.0,
    "eu-central-1": 338.0,
    "eu-north-1": 8.0,
    "eu-south-1": 233.0,
    "eu-west-1": 316.0,
    "eu-west-2": 228.0,
    "eu-west-3": 52.0,
    "me-south-1": 732.0,
    "sa-east-1": 74.0,
    "us-east-1": 379.1,
    "us-east-2": 410.6,
    "us-gov-east-1": 379.1,
    "us-gov-west-1": 322.2,
    "us-west-1": 322.2,
    "us-west-2": 322.2,
}

# Average of the regions above in the same source; for regions it lacks, and for other machines.
UNKNOWN_INTENSITY = 387.4

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Usage:
    """What a run took of its machine.

    Attributes:
        seconds: Wall time.
        cpu_seconds: Time of all its processes on all cores.
        cores: Cores of the machine; idle ones draw power as well.
        memory_gb: Memory of the machine in gigabytes.
        gpu_joules: Measured, 0 without a GPU.
    """

    seconds: float
    cpu_seconds: float
    cores: int
    memory_gb: float
    gpu_joules: float = 0.0


def estimate(usage: Usage, region: str | None) -> dict[str, Any]:
    """Return energy (kWh) and carbon (grams of CO2 equivalents), with what they follow from.

    Args:
        usage: What the run took.
        region: AWS region, or None elsewhere: no data centre's overhead is added then.
    """
    busy = min(usage.cpu_seconds, usage.seconds * usage.cores)
    joules = IDLE_WATTS * usage.cores * usage.seconds + (FULL_WATTS - IDLE_WATTS) * busy
    joules += MEMORY_WATTS_PER_GB * usage.memory_gb * usage.seconds + usage.gpu_joules
    overhead = AWS_POWER_USAGE if region else 1.0
    kilowatt_hours = joules * overhead / SECONDS_PER_HOUR / 1000
    intensity = GRID_INTENSITY.get(region or "", UNKNOWN_INTENSITY)
    return {
        "kWh": kilowatt_hours,
        "gCO2e": kilowatt_hours * intensity,
        "gCO2ePerKWh": intensity,
        "powerUsageEffectiveness": overhead,
        "region": region,
        "regionKnown": region in GRID_INTENSITY,
        "method": "estimated; the GPU measured" if usage.gpu_joules else "estimated",
        "source": "Cloud Carbon Footprint coefficients",
    }


def watt_hours_of_predictions(microseconds: float, count: int = 1000) -> float:
    """Return the energy of `count` predictions of one busy core, in watt-hours.

    Args:
        microseconds: Time of one prediction.
        count: Number of predictions. Default: 1000.
    """
    return FULL_WATTS * count * microseconds * 1e-6 / SECONDS_PER_HOUR
