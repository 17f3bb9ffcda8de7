"""The terms of the vocabulary: processes and materials, each with its parent, its name and the words people write for it."""

import unicodedata

import msgspec

__all__ = ["GENERAL", "MATERIALS", "PROCESSES", "Term", "fold"]

GENERAL = "making"
"""The process of a part nobody has said more of."""


class Term(msgspec.Struct, frozen=True):
    """One code; ``parent`` is empty at the top, ``name`` is English.

    ``words`` tell it in texts (English, German, Chinese; casefolded, without umlauts): ``*`` before or behind stands for more letters, ``=`` for
    "only when nothing else stands there".
    """

    code: str
    parent: str
    name: str
    words: tuple[str, ...] = ()


def _tree(*rows: tuple[str, str, str, str]) -> dict[str, Term]:
    return {code: Term(code, parent, name, tuple(fold(word) for word in words.split("; ") if word)) for code, parent, name, words in rows}


def fold(text: str) -> str:
    """Return ``text`` for comparing: one width, small letters, umlauts spelt out, blanks single."""
    flat = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(flat.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").split())


PROCESSES = _tree(
    ("making", "", "Making, not said how", ""),
    ("forging", "", "Forging", "forg*; schmied*; geschmiedet*; *schmieden; 锻造; 锻件"),
    ("forging.die", "forging", "Closed-die forging", "die forg*; closed-die forg*; gesenkschmied*; 模锻"),
    ("casting", "", "Casting", "casting; cast; giess*; guss*; gussteil*; 铸造; 铸件"),
    ("casting.sand", "casting", "Sand casting", "sand cast*; sandguss*; 砂铸; 砂型铸造"),
    ("casting.die", "casting", "Die casting", "die cast*; diecast*; druckguss*; 压铸"),
    ("casting.investment", "casting", "Investment casting", "investment cast*; feinguss*; 精密铸造; 熔模铸造"),
    ("machining", "", "Machining", "machining; machined; cnc; zerspan*; spanend*; 机加工; 机械加工; 数控加工"),
    (
        "turning",
        "machining",
        "Turning",
        "turn; turned; turning; lathe; drehen; *drehen; drehteil*; gedreht*; drehbearbeitung; drehmaschine*; "
        "drehbank; drehzentrum; cnc-dreh*; 车削; 数车; 粗车; 精车; 车床; 车加工; 车外圆",
    ),
    (
        "milling",
        "machining",
        "Milling",
        "mill; milled; milling; machining centre; machining center; fraes*; *fraesen; gefraest*; bearbeitungszentrum; bearbeitungszentren; 铣; 铣削; 加工中心",
    ),
    ("milling.3axis", "milling", "Milling on three axes", "3-axis; 3 axis; three-axis; 3-achs*; 3achs*; 三轴"),
    ("milling.5axis", "milling", "Milling on five axes", "5-axis; 5 axis; five-axis; 5-achs*; 5achs*; 五轴"),
    ("drilling", "machining", "Drilling", "drill; drilled; drilling; bohren; *bohren; bohrwerk; gebohrt*; 钻孔; 钻床; 钻削"),
    ("boring", "machining", "Boring", "boring; ausdrehen; ausbohren; ausspindeln; 镗孔; 镗削; 镗床"),
    (
        "threading",
        "machining",
        "Threading",
        "threading; tapping; thread cutting; gewindeschneid*; gewindebohr*; gewindefraes*; gewindeform*; 攻丝; 攻牙; 套丝; 螺纹加工",
    ),
    (
        "sawing",
        "machining",
        "Sawing",
        "saw; sawn; sawing; cut to length; cut-to-length; saegen; saege*; absaegen; "
        "gesaegt*; ablaengen; zuschnitt*; zuschneiden; zusaegen; 锯切; 锯床; 锯料; 下料",
    ),
    ("broaching", "machining", "Broaching", "broach*; raeumen; 拉削; 拉床"),
    ("edm", "machining", "Electrical discharge machining", "edm; spark erosion; erodier*; funkenerosion; 电火花; 放电加工"),
    ("edm.wire", "edm", "Wire EDM", "wire edm; wire erosion; wire cut*; drahterodier*; draht-erodier*; 线切割"),
    ("edm.sinking", "edm", "Sinker EDM", "sinker edm; die sinking; senkerodier*; senk-erodier*; 电火花成形"),
    ("hobbing", "machining", "Gear hobbing", "hobb*; gear hobb*; waelzfraes*; abwaelzfraes*; 滚齿"),
    ("grinding", "machining", "Grinding", "grind; grinding; schleif*; *schleifen; geschliffen*; 磨削; 磨床; 打磨"),
    ("grinding.surface", "grinding", "Surface grinding", "surface grind*; flachschleif*; planschleif*; 平面磨; 平磨"),
    ("grinding.cylindrical", "grinding", "Cylindrical grinding", "cylindrical grind*; rundschleif*; aussenrundschleif*; innenrundschleif*; 外圆磨; 内圆磨"),
    ("grinding.gear", "grinding", "Gear grinding", "gear grind*; zahnflankenschleif*; verzahnungsschleif*; 磨齿"),
    ("honing", "machining", "Honing", "hone; honed; honing; honen; gehont*; 珩磨"),
    ("lapping", "machining", "Lapping", "lapping; lapped; laeppen; gelaeppt*; 研磨"),
    ("cutting", "", "Cutting of sheet and plate", "shearing; sheet cutting; blechzuschnitt*; tafelschere; scherschneid*; 剪板"),
    (
        "cutting.laser",
        "cutting",
        "Laser cutting",
        "laser cut*; laser-cut*; lasercut*; laserschneid*; laser schneid*; lasern; gelasert*; laserteil*; laserzuschnitt*; 激光切割; 激光下料; 镭射切割",
    ),
    ("cutting.waterjet", "cutting", "Water-jet cutting", "water jet*; waterjet*; water-jet*; wasserstrahl*; 水切割; 水刀"),
    ("cutting.plasma", "cutting", "Plasma cutting", "plasma cut*; plasmaschneid*; plasma schneid*; 等离子切割"),
    ("cutting.flame", "cutting", "Flame cutting", "flame cut*; oxy-fuel; brennschneid*; autogenschneid*; 火焰切割"),
    ("forming", "", "Forming", "forming; umform*; 成形"),
    (
        "bending",
        "forming",
        "Bending",
        "bend; bent; bending; press brake; pressbrake; folding; biegen; *biegen; "
        "gebogen*; abkant*; kanten; gekantet*; kantteil*; biegeteil*; 折弯; 弯曲; 折弯机",
    ),
    ("bending.tube", "bending", "Tube bending", "tube bend*; pipe bend*; rohrbieg*; rohre biegen; 弯管"),
    ("rolling", "forming", "Rolling", "plate rolling; roll bending; rundwalz*; walzen; rollieren; 卷板; 滚弯"),
    (
        "stamping",
        "forming",
        "Stamping and punching",
        "stamp; stamped; stamping; punch; punched; punching; stanz*; gestanzt*; stanzteil*; nibbel*; 冲压; 冲孔; 冲裁; 冲床",
    ),
    ("deep_drawing", "forming", "Deep drawing", "deep draw*; deep-draw*; tiefzieh*; tiefgezogen*; 拉深; 拉伸成形"),
    ("spinning", "forming", "Metal spinning", "metal spinning; spin forming; metalldrueck*; drueckteil*; 旋压"),
    ("moulding", "", "Moulding of plastics and rubber", "moulding; molding; moulded; molded; 模塑"),
    (
        "moulding.injection",
        "moulding",
        "Injection moulding",
        "injection mould*; injection mold*; spritzgiess*; spritzguss*; spritzteil*; spritzen kunststoff; 注塑; 注射成型",
    ),
    ("moulding.blow", "moulding", "Blow moulding", "blow mould*; blow mold*; blasform*; 吹塑"),
    ("moulding.thermoforming", "moulding", "Thermoforming", "thermoform*; vacuum form*; vakuumform*; 吸塑; 热成型"),
    ("additive", "", "Additive manufacturing", "additive manufacturing; 3d print*; 3d-print*; 3d-druck*; 3d druck*; additiv*; 3d打印; 增材制造"),
    ("welding", "", "Welding", "weld; welded; welding; weldment; schweiss*; *schweissen; geschweisst*; 焊接; 点焊; 焊装"),
    (
        "welding.arc",
        "welding",
        "Arc welding",
        "mig; mag; tig; mig/mag; wig; arc weld*; mag-schweiss*; wig-schweiss*; schutzgasschweiss*; 氩弧焊; 气保焊; 二保焊",
    ),
    ("welding.spot", "welding", "Spot welding", "spot weld*; punktschweiss*; 点焊"),
    ("welding.laser", "welding", "Laser welding", "laser weld*; laserschweiss*; 激光焊; 激光焊接"),
    ("brazing", "", "Brazing and soldering", "braz*; solder*; loeten; hartloet*; weichloet*; geloetet*; 钎焊; 锡焊"),
    ("riveting", "", "Riveting", "rivet*; nieten; vernieten; genietet*; einpressen; 铆接; 铆合; 压铆"),
    ("gluing", "", "Gluing", "gluing; glued; bonding; kleben; verkleben; geklebt*; 粘接; 胶合"),
    ("gear", "", "Making of gears", "gear cutting; verzahnung; verzahnungen; verzahnen; 齿轮加工; 制齿"),
    ("gear.cylindrical", "gear", "Making of cylindrical gears", "spur gear*; helical gear*; stirnrad*; stirnraeder; 圆柱齿轮; 直齿轮; 斜齿轮"),
    ("heat", "", "Heat treatment", "heat treat*; heat-treat*; waermebehand*; 热处理"),
    ("heat.case_hardening", "heat", "Case hardening", "case harden*; case-harden*; carburi*; einsatzhaert*; einsatz haerten; aufkohl*; 渗碳; 渗碳淬火"),
    (
        "heat.hardening",
        "heat",
        "Hardening",
        "hardening; hardened; harden; haerten; gehaertet*; vakuumhaert*; induktivhaert*; induktionshaert*; induction harden*; 淬火; 感应淬火; 高频淬火",
    ),
    (
        "heat.quenching_tempering",
        "heat",
        "Quenching and tempering",
        "quench and temper*; quenched and tempered; quenching and tempering; vergueten; verguetet*; 调质",
    ),
    ("heat.annealing", "heat", "Annealing", "anneal*; stress reliev*; stress-reliev*; gluehen; *gluehen; spannungsarm*; 退火; 去应力; 正火"),
    ("heat.nitriding", "heat", "Nitriding", "nitrid*; nitrier*; plasmanitrier*; gasnitrier*; nitrocarburi*; 氮化; 渗氮"),
    ("heat.tempering", "heat", "Tempering", "tempering; anlassen; 回火"),
    ("coating", "", "Coating", "coat; coated; coating; beschicht*; 涂层; 喷涂; 表面处理"),
    ("coating.painting", "coating", "Painting", "paint; painted; painting; wet paint*; lackier*; nasslackier*; 油漆; 喷漆; 烤漆"),
    ("coating.powder", "coating", "Powder coating", "powder coat*; powder-coat*; powdercoat*; pulverbeschicht*; pulvern; gepulvert*; 喷粉; 喷塑; 粉末喷涂"),
    (
        "coating.anodising",
        "coating",
        "Anodising",
        "anodis*; anodiz*; hard anodis*; hard anodiz*; eloxier*; eloxal; hartanodis*; harteloxier*; 阳极氧化; 硬质氧化",
    ),
    ("plating", "coating", "Plating", "plate and polish; plated; plating; electroplat*; galvanik; galvanisch*; verkupfer*; versilber*; 电镀"),
    ("plating.zinc", "plating", "Zinc plating", "zinc plat*; zinc-plat*; verzinken; verzinkt*; galvanisch verzink*; 镀锌"),
    ("plating.nickel", "plating", "Nickel plating", "nickel plat*; nickel-plat*; electroless nickel; vernickel*; chemisch nickel; 镀镍; 化学镍"),
    ("plating.chrome", "plating", "Chromium plating", "chrome plat*; chromium plat*; hard chrome; verchrom*; hartverchrom*; hartchrom; 镀铬; 镀硬铬"),
    (
        "coating.hot_dip",
        "coating",
        "Hot-dip galvanising",
        "hot dip galvani*; hot-dip galvani*; galvanised; galvanized; feuerverzink*; stueckverzink*; 热浸锌; 热镀锌",
    ),
    (
        "coating.conversion",
        "coating",
        "Phosphating and blackening",
        "phosphat*; blacken*; black oxide; bruenier*; phosphatier*; chromatier*; passivat*; passivier*; 发黑; 磷化; 钝化; 发蓝",
    ),
    ("finishing", "", "Finishing", "finishing; nacharbeit*; 后处理; 精整"),
    ("finishing.deburring", "finishing", "Deburring", "deburr*; entgrat*; gleitschleif*; trowalisier*; tumbl*; 去毛刺; 倒角去毛刺"),
    (
        "finishing.blasting",
        "finishing",
        "Blasting",
        "blast; blasted; blasting; sand blast*; sandblast*; shot blast*; shot peen*; strahlen; sandstrahl*; glasperlstrahl*; kugelstrahl*; 喷砂; 抛丸; 喷丸",
    ),
    ("finishing.polishing", "finishing", "Polishing", "polish; polished; polishing; polier*; *polieren; 抛光"),
    ("finishing.cleaning", "finishing", "Cleaning", "clean; cleaning; wash; washing; degreas*; waschen; reinig*; entfett*; 清洗; 除油"),
    ("marking", "", "Marking", "marking; engrav*; laser mark*; beschrift*; gravier*; laserbeschrift*; signier*; 打标; 激光打标; 刻字; 雕刻"),
    (
        "measuring",
        "",
        "Measuring",
        "measur*; inspect*; quality control; final check; pruefen; pruefung; *pruefung; messen; "
        "vermess*; kontroll*; endkontrolle; 检验; 检测; 测量; 质检; 全检",
    ),
    ("assembly", "", "Assembly", "assembl*; sub-assembl*; montage; montieren; montiert*; *montage; zusammenbau*; 装配; 组装; 总装"),
    ("assembly.gearbox", "assembly", "Assembly of gearboxes", "gearbox assembl*; assembly of gearbox*; getriebemontage; 减速机装配; 齿轮箱装配"),
    ("packing", "", "Packing", "pack; packed; packing; packaging; verpack*; 包装; 打包"),
    ("transport", "", "Transport", "transport; versand; 运输"),
    ("transport.road", "transport", "Road transport", "road transport; haulage; trucking; 公路运输"),
)

MATERIALS = _tree(
    ("any", "", "Any material", ""),
    ("steel", "any", "Steel", "steel; stahl; *stahl; stahl*; 钢; 碳钢"),
    ("steel.structural", "steel", "Structural steel (EN 10025)", "structural steel; mild steel; baustahl; 结构钢; 低碳钢"),
    ("steel.case_hardening", "steel", "Case-hardening steel (EN ISO 683-3)", "case-hardening steel; case hardening steel; einsatzstahl; 渗碳钢"),
    ("steel.quenched_tempered", "steel", "Steel for quenching and tempering (EN ISO 683-2)", "heat-treatable steel; verguetungsstahl; 调质钢"),
    ("steel.free_cutting", "steel", "Free-cutting steel (EN ISO 683-4)", "free-cutting steel; free cutting steel; automatenstahl; 易切削钢; 易切钢"),
    ("steel.stainless", "steel", "Stainless steel (EN 10088)", "stainless; stainless steel; inox; edelstahl*; nirosta; va-stahl; =va; rostfrei*; 不锈钢"),
    ("steel.tool", "steel", "Tool steel (EN ISO 4957)", "tool steel; werkzeugstahl; 工具钢; 模具钢"),
    ("steel.spring", "steel", "Spring steel (EN 10089, EN 10270)", "spring steel; federstahl; 弹簧钢"),
    ("steel.sheet", "steel", "Cold-formed sheet (EN 10130, EN 10346)", "dc01*; dc03*; dc04*; dx51*; spcc; secc; sgcc; 冷轧板; 镀锌板"),
    ("20CrMnTi", "steel.case_hardening", "20CrMnTi (GB/T 3077)", "20crmnti*"),
    ("18CrNiMo7-6", "steel.case_hardening", "18CrNiMo7-6 (1.6587)", "18crnimo7-6*; 18crnimo7; 1.6587; 17crnimo6"),
    ("16MnCr5", "steel.case_hardening", "16MnCr5 (1.7131)", "16mncr5*; 1.7131; 1.7139; 16mncrs5*"),
    ("42CrMo4", "steel.quenched_tempered", "42CrMo4 (1.7225)", "42crmo4*; 42crmo; 42crmos4*; 1.7225; 1.7227; aisi 4140; scm440; =4140"),
    ("34CrNiMo6", "steel.quenched_tempered", "34CrNiMo6 (1.6582)", "34crnimo6*; 1.6582; aisi 4340; =4340"),
    ("C45", "steel.quenched_tempered", "C45 (1.0503, 1.1191)", "c45*; ck45*; 1.0503; 1.1191; 1.1201; aisi 1045; s45c; =1045; 45#; 45号钢; =45钢"),
    ("S235", "steel.structural", "S235 (1.0038)", "s235*; st37*; 1.0038; 1.0037; 1.0116; q235*; ss400; a36; astm a36"),
    ("S355", "steel.structural", "S355 (1.0577)", "s355*; st52*; 1.0577; 1.0579; 1.0570; 1.0045; q345*; q355*; astm a572"),
    ("11SMn30", "steel.free_cutting", "11SMn30 (1.0715)", "11smn30*; 11smnpb30*; 9smn28*; 9smnpb28*; 1.0715; 1.0718; 12l14; y15pb"),
    (
        "1.4301",
        "steel.stainless",
        "X5CrNi18-10 (1.4301, 304)",
        "1.4301; 1.4307; 1.4306; x5crni18-10; x2crni18-9; aisi 304*; aisi304*; sus304*; "
        "ss304*; ss 304*; 304 stainless; 304l; inox 304; v2a; =304; 06cr19ni10; 304不锈钢",
    ),
    ("1.4305", "steel.stainless", "X8CrNiS18-9 (1.4305, 303)", "1.4305; x8crnis18-9; aisi 303; aisi303; sus303; =303; 303不锈钢"),
    (
        "1.4404",
        "steel.stainless",
        "X2CrNiMo17-12-2 (1.4404, 316L)",
        "1.4404; 1.4401; 1.4571; 1.4435; x2crnimo17-12-2; aisi 316*; aisi316*; sus316*; ss316*; ss 316*; 316 stainless; 316l; 316ti; v4a; =316; 316不锈钢",
    ),
    ("1.4104", "steel.stainless", "X14CrMoS17 (1.4104, 430F)", "1.4104; 1.4105; x14crmos17; 430f"),
    ("1.2379", "steel.tool", "X153CrMoV12 (1.2379, D2)", "1.2379; x153crmov12*; x155crvmo12*; aisi d2; cr12mo1v1; skd11; =d2"),
    ("1.2312", "steel.tool", "40CrMnMoS8-6 (1.2312, P20+S)", "1.2312; 1.2311; 40crmnmo7; 40crmnmos8*; aisi p20; =p20"),
    ("1.2842", "steel.tool", "90MnCrV8 (1.2842, O2)", "1.2842; 90mncrv8; aisi o2; =o2"),
    ("cast_iron", "any", "Cast iron", "cast iron; gusseisen; 铸铁"),
    (
        "GJL-250",
        "cast_iron",
        "EN-GJL-250 (GG25, HT250)",
        "gg25*; gg-25*; gg 25; gjl-250; en-gjl-250; gjl250; 0.6025; en-jl1040; ht250; grey iron; gray iron; grauguss; 灰铸铁",
    ),
    (
        "GJS-400",
        "cast_iron",
        "EN-GJS-400 (GGG40, QT400)",
        "ggg40*; ggg-40*; gjs-400*; en-gjs-400*; gjs400*; 0.7040; qt400*; ductile iron; sphaeroguss; kugelgraphit*; 球墨铸铁",
    ),
    ("GJS-500", "cast_iron", "EN-GJS-500 (GGG50, QT500)", "ggg50*; ggg-50*; gjs-500*; en-gjs-500*; gjs500*; 0.7050; qt500*"),
    ("aluminium", "any", "Aluminium", "aluminium; aluminum; alu; *aluminium; alu-*; 铝; 铝合金"),
    (
        "EN AW-6082",
        "aluminium",
        "AlMgSi1 (EN AW-6082)",
        "almgsi1*; en aw-6082*; en aw 6082*; aw-6082*; aw6082*; al6082*; al 6082*; 3.2315; =6082; 6082-t6*; 6082 t6*; 6082t6*; 6082铝",
    ),
    (
        "EN AW-6060",
        "aluminium",
        "AlMgSi0.5 (EN AW-6060)",
        "almgsi0,5*; almgsi0.5*; almgsi05; en aw-6060*; en aw 6060*; aw-6060*; 3.3206; =6060; 6063; en aw-6063*",
    ),
    (
        "EN AW-6061",
        "aluminium",
        "AlMg1SiCu (EN AW-6061)",
        "almg1sicu; en aw-6061*; en aw 6061*; al6061*; al 6061*; 3.3211; =6061; 6061-t6*; 6061 t6*; 6061t6*; 6061铝",
    ),
    ("EN AW-5083", "aluminium", "AlMg4.5Mn0.7 (EN AW-5083)", "almg4,5mn*; almg4.5mn*; almg45mn*; en aw-5083*; en aw 5083*; 3.3547; =5083"),
    ("EN AW-5754", "aluminium", "AlMg3 (EN AW-5754)", "almg3*; en aw-5754*; en aw 5754*; 3.3535; =5754; =5052; en aw-5052*; al5052*"),
    (
        "EN AW-7075",
        "aluminium",
        "AlZn5.5MgCu (EN AW-7075)",
        "alzn5,5mgcu*; alzn5.5mgcu*; alznmgcu1,5*; en aw-7075*; en aw 7075*; al7075*; al 7075*; 3.4365; =7075; 7075-t6*; 7075 t6*; 7075铝",
    ),
    ("EN AW-2007", "aluminium", "AlCu4PbMgMn (EN AW-2007)", "alcu4pbmgmn; alcumgpb*; en aw-2007*; en aw 2007*; 3.1645; =2007"),
    ("copper", "any", "Copper", "copper; kupfer; *kupfer; cu-etp; cw004a; =cu; 铜; 紫铜; 纯铜"),
    ("brass", "any", "Brass", "brass; messing*; =ms; 黄铜"),
    ("CuZn39Pb3", "brass", "CuZn39Pb3 (CW614N)", "cuzn39pb3*; cw614n; ms58*; 2.0401; hpb58-3; hpb59-1; h59"),
    ("CuZn37", "brass", "CuZn37 (CW508L)", "cuzn37*; cw508l; ms63*; 2.0321; h62; h63"),
    ("bronze", "any", "Bronze", "bronze; rotguss*; rg7; 青铜"),
    ("CuSn8", "bronze", "CuSn8 (CW453K)", "cusn8*; cw453k; 2.1030; qsn8-0.3"),
    ("titanium", "any", "Titanium", "titanium; titan; 钛; 钛合金"),
    ("TiAl6V4", "titanium", "TiAl6V4 (3.7165, grade 5)", "tial6v4*; ti6al4v*; ti-6al-4v*; 3.7165; 3.7164; titan grade 5; titanium grade 5; tc4"),
    ("nickel_alloy", "any", "Nickel alloy", "inconel*; hastelloy*; monel*; nickel alloy; nickellegierung; 2.4668; 镍合金"),
    ("zinc_alloy", "any", "Zinc alloy", "zamak*; zinc alloy; zinklegierung; znal4*; 锌合金"),
    ("magnesium", "any", "Magnesium", "magnesium; az91*; 镁合金"),
    ("plastic", "any", "Plastic", "plastic; plastics; kunststoff*; 塑料"),
    ("POM", "plastic", "POM (polyoxymethylene)", "pom; pom-c; pom-h; pomc; delrin*; acetal; 聚甲醛; 赛钢"),
    ("PA6", "plastic", "PA6 (polyamide 6)", "pa6*; pa 6; pa-6; polyamid 6; polyamide 6; pa6g; nylon; nylon 6; 尼龙; 尼龙6"),
    ("PA66", "plastic", "PA66 (polyamide 66)", "pa66*; pa 66*; pa6.6*; pa 6.6*; pa6/6*; polyamid 66; polyamide 66; nylon 66; nylon 6/6; 尼龙66"),
    ("PE", "plastic", "PE (polyethylene)", "pe; pe-hd; pehd; hdpe; pe1000; pe500; pe-uhmw; uhmwpe; polyethylen*; 聚乙烯"),
    ("PP", "plastic", "PP (polypropylene)", "pp; pp-h; polypropyl*; 聚丙烯"),
    ("PVC", "plastic", "PVC (polyvinyl chloride)", "pvc*; 聚氯乙烯"),
    ("PC", "plastic", "PC (polycarbonate)", "polycarbonat*; makrolon; lexan; =pc; 聚碳酸酯"),
    ("ABS", "plastic", "ABS", "abs"),
    ("PMMA", "plastic", "PMMA (acrylic glass)", "pmma; plexiglas*; acrylic; acrylglas; 亚克力; 有机玻璃"),
    ("PTFE", "plastic", "PTFE", "ptfe*; teflon*; 聚四氟乙烯; 铁氟龙"),
    ("PEEK", "plastic", "PEEK", "peek*; 聚醚醚酮"),
    ("PET", "plastic", "PET", "pet; pet-p; petp; ertalyte"),
    ("rubber", "any", "Rubber and elastomers", "rubber; nbr; epdm; silicone; fkm; viton*; gummi*; silikon*; 橡胶; 硅胶"),
    ("wood", "any", "Wood", "wood; plywood; mdf; holz*; sperrholz; 木; 胶合板"),
)
