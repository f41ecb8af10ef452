"""The numbers of the video paper's Table 1, in its order.

The paper prints hits; claims have errors, 1 - hit, as fractions. Clips: each clip by itself. Videos: the mean over 20 clips,
each four times through the net.
"""

from repro.papers.karpathy.claims.datasets import TEST
from repro.papers.karpathy.claims.reproductions import (
    C3D_CLIP1,
    C3D_TUNED_CLIP1,
    C3D_TUNED_VID1,
    C3D_TUNED_VID5,
    C3D_VID1,
    C3D_VID5,
    CONV_POOL_HIT1,
    CONV_POOL_HIT5,
    MULTI_RES_CNN,
    YUE_HEI_NG_BEST,
    YUE_HEI_NG_HIT1,
    YUE_HEI_NG_HIT5,
)
from repro.spec.claims import Cell, Column, PrintedTable, Row

TABLE1 = PrintedTable(
    id="B.T1.{row}.{column}",
    where="Table 1",
    dataset=TEST,
    shows="hits",
    columns=(
        Column(
            "Clip Hit@1",
            "clip1",
            metric="top1_error",
            protocol="clip",
            statement="{row}: the best class is right for {value:.1f} % of the clips.",
        ),
        Column(
            "Video Hit@1",
            "vid1",
            metric="top1_error",
            protocol="video",
            statement="{row}: the best class is right for {value:.1f} % of the videos.",
        ),
        Column(
            "Video Hit@5",
            "vid5",
            metric="top5_error",
            protocol="video",
            statement="{row}: {value:.1f} % of the videos have a right class among the best five.",
        ),
    ),
    rows=(
        Row("Feature Histograms + Neural Net", (None, 55.3, None), "fh", arm="feature_histograms"),
        Row(
            "Single-Frame",
            (
                41.1,
                Cell(59.3, reproductions=(YUE_HEI_NG_HIT1, CONV_POOL_HIT1)),
                Cell(77.7, reproductions=(YUE_HEI_NG_HIT5, CONV_POOL_HIT5)),
            ),
            "sf",
            arm="single_frame",
        ),
        Row(
            "Single-Frame + Multires",
            (42.4, Cell(60.0, reproductions=(MULTI_RES_CNN,)), 78.5),
            "sfm",
            arm="single_frame_multires",
        ),
        Row("Single-Frame Fovea Only", (30.0, 49.9, 72.8), "fov", words="Fovea Only", arm="fovea_only"),
        Row("Single-Frame Context Only", (38.1, 56.0, 77.2), "ctx", words="Context Only", arm="context_only"),
        Row("Early Fusion", (38.9, 57.7, 76.8), "early", arm="early_fusion"),
        Row("Late Fusion", (40.7, 59.3, 78.7), "late", arm="late_fusion"),
        Row(
            "Slow Fusion",
            (
                Cell(41.9, reproductions=(C3D_CLIP1, C3D_TUNED_CLIP1)),
                Cell(60.9, reproductions=(C3D_VID1, C3D_TUNED_VID1, YUE_HEI_NG_BEST)),
                Cell(80.2, reproductions=(C3D_VID5, C3D_TUNED_VID5)),
            ),
            "slow",
            arm="slow_fusion",
        ),
        Row(
            "CNN Average (Single+Early+Late+Slow)", (41.4, 63.9, 82.4), "avg", words="The average of four nets", arm="cnn_average"
        ),
    ),
)

TABLE1_CLAIMS = TABLE1.claims
